;; A fixed amount of integer work: `iterations` rounds of a linear congruential step and an xorshift.
;; Each round needs the one before it, and the last value is returned, so no engine can leave a round out.
(module
  (func (export "burn") (param $iterations i32) (param $seed i32) (result i32)
    (block $done
      (loop $round
        (br_if $done (i32.eqz (local.get $iterations)))
        (local.set $seed
          (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
        (local.set $seed
          (i32.xor (local.get $seed) (i32.shr_u (local.get $seed) (i32.const 16))))
        (local.set $iterations (i32.sub (local.get $iterations) (i32.const 1)))
        (br $round)))
    (local.get $seed)))
