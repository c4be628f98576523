import { historySubjects, type SubjectName } from "../contracts/history_subjects.ts";
import { testHistories } from "../contracts/history_contract.ts";

for (const subject of Object.keys(historySubjects) as SubjectName[]) testHistories(subject);
