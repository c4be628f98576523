;; How many samples of a random stream lie in the circle, four at once: `vectors` times four samples, from `start` on.
;; `start` is the place of the first sample, spread, plus the first key; `key` is the second. See lib/random/mixer.ts.
(module
  (func (export "count") (param $start i32) (param $key i32) (param $vectors i32) (result i32)
    (local $places v128) (local $keys v128) (local $words v128) (local $inside v128)
    ;; 0, 1, 2 and 3 strides of 0x9e3779b9.
    (local.set $places
      (i32x4.add (i32x4.splat (local.get $start)) (v128.const i32x4 0 0x9e3779b9 0x3c6ef372 0xdaa66d2b)))
    (local.set $keys (i32x4.splat (local.get $key)))
    (block $done
      (loop $vector
        (br_if $done (i32.eqz (local.get $vectors)))
        (local.set $words
          (i32x4.mul
            (v128.xor (local.get $places) (i32x4.shr_u (local.get $places) (i32.const 16)))
            (v128.const i32x4 0x21f0aaad 0x21f0aaad 0x21f0aaad 0x21f0aaad)))
        (local.set $words
          (i32x4.mul
            (i32x4.add
              (v128.xor (local.get $words) (i32x4.shr_u (local.get $words) (i32.const 15)))
              (local.get $keys))
            (v128.const i32x4 0xd35a2d97 0xd35a2d97 0xd35a2d97 0xd35a2d97)))
        (local.set $words (v128.xor (local.get $words) (i32x4.shr_u (local.get $words) (i32.const 15))))
        ;; x * x + y * y is 2^31 where both are -32768, so it is compared without a sign. True is -1 in a lane.
        (local.set $inside
          (i32x4.sub
            (local.get $inside)
            (i32x4.ge_u
              (v128.const i32x4 0x3fffffff 0x3fffffff 0x3fffffff 0x3fffffff)
              (i32x4.dot_i16x8_s (local.get $words) (local.get $words)))))
        ;; 4 strides.
        (local.set $places
          (i32x4.add (local.get $places) (v128.const i32x4 0x78dde6e4 0x78dde6e4 0x78dde6e4 0x78dde6e4)))
        (local.set $vectors (i32.sub (local.get $vectors) (i32.const 1)))
        (br $vector)))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $inside)) (i32x4.extract_lane 1 (local.get $inside)))
      (i32.add (i32x4.extract_lane 2 (local.get $inside)) (i32x4.extract_lane 3 (local.get $inside))))))
