import { testHistories } from "../contracts/history_contract.ts";
import { subjectNames } from "../contracts/history_subjects.ts";

for (const subject of subjectNames) testHistories(subject);
