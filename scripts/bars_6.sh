# shellcheck shell=bash
# The bars of issue 6 (QR codes), sourced by bars.sh. Speeds are CPU time of one thread.

# of FILE CASE READER KEY: a figure of the bench's line for a case and a reader.
of() { sed -n "s|^.*\"case\":\"$2\",\"reader\":\"$3\".*\"$4\":\([0-9.e+-]*\).*|\1|p" "$1" | head -n 1; }

bar_6_points() {
  local images=1000 log=$work/points.json case low read peer point
  $quick && images=20
  build/bench/qr/qr_bench --images "$images" --fields 0 --without zbar >"$log"
  for point in snr1.60/blur0.00 snr2.30/blur0.25 snr2.60/blur0.35 snr5.00/blur0.50; do
    for case in "qr/$point/angle0" "qr/$point/angle7"; do
      read=$(of "$log" "$case" ostracon read)
      low=$(of "$log" "$case" ostracon share_low)
      peer=$(of "$log" "$case" zxing read)
      bar "$case: read of $images (ZXing ${peer:-not built})" "$read, >= $low" \
        "$($quick && echo "$read == $images" || echo "$low >= 0.99")"
    done
  done
}

bar_6_blocks() {
  local blocks=20000 log=$work/blocks.json share us
  $quick && blocks=1000
  build/bench/rs_bench --loss-blocks "$blocks" >"$log"
  share=$(sed -n 's|.*"case":"rs_loss/RS(70,44)/4.0dB/ordered[^"]*".*"share":\([0-9.]*\).*|\1|p' "$log")
  bar "RS(70,44) at 4 dB: share of $blocks lost (<= .05)" "$share" "$share <= 0.05"
  us=$(sed -n 's|.*"case":"[^"]*RS(70,44)[^"]*13 errors[^"]*","best_us_per_block":\([0-9.]*\).*|\1|p' \
    "$log" | head -n 1)
  bar "RS(70,44) with 13 errors, us a block (<= 1)" "$us" "$us <= 1"
}

bar_6_record() {
  local images=200 log=$work/record.json pixels
  $quick && images=10
  for pixels in 10 5 2.5; do
    [[ $pixels == 2.5 ]] && images=$((images / 4))
    build/bench/qr/qr_bench --record "$pixels" --images "$images" >"$log"
    local read
    read=$(of "$log" "qr_record/$(printf %.1f "$pixels")nm" ostracon read)
    bar "49 nm code, one frame of $pixels nm, typical: read of $images (>= 9 of 10)" "$read" \
      "$read >= 0.9 * $images"
    tail -n 1 "$log" | sed 's/^/  /'
  done
}

bar_6_fields() {
  local log=$work/fields.json codes read speed
  build/bench/qr/qr_bench --images 0 >"$log"
  for codes in 961 729; do
    read=$(of "$log" "qr_field/$codes/snr2.3" ostracon read)
    speed=$(of "$log" "qr_field/$codes/snr2.3" ostracon mpx_per_s)
    bar "field of $codes codes: read" "$read" "$read == $codes"
    bar "field of $codes codes (>= 200 Mpx/s a core)" "$speed Mpx/s" "$speed >= 200"
    printf '  zxing: %s read, %s ms\n' "$(of "$log" "qr_field/$codes/snr2.3" zxing read)" \
      "$(of "$log" "qr_field/$codes/snr2.3" zxing cpu_ms)"
  done
}

bar_6_wrong() {
  local images=100000 log=$work/wrong.json wrong
  $quick && images=2000
  build/bench/qr/qr_bench --wrong "$images" --without zxing --without zbar >"$log"
  wrong=$(sed -n 's/.*"reader":"ostracon".*"wrong":\([0-9]*\).*/\1/p' "$log" |
    awk '{ sum += $1 } END { print sum }')
  bar "wrong payloads in $images images of noise, pages, damaged codes (0)" "$wrong" "$wrong == 0"
  sed 's/^/  /' "$log"
}

bar_6_renderings() {
  local log=$work/renderings.log every=1
  $quick && every=
  bar "renderings of ${every:+all levels and masks of }40 versions, two encoders: read" \
    "$(env ${every:+OSTRACON_EVERY_SYMBOL=1} \
      build/tests/pipeline/pipeline_code_reader_test --gtest_filter='*CleanRenderings*' \
      >"$log" 2>&1 && grep -c '^\[       OK' "$log" || echo 0)" "$(grep -c '^\[       OK' "$log") > 0"
  bar "what our encoder makes, read by ZXing" \
    "$(build/tests/format/qr/qr_symbol_test --gtest_filter='QrZxing.*' >"$log" 2>&1 &&
      grep -c '^\[       OK' "$log" || echo 0)" "$(grep -c '^\[       OK' "$log") >= 4"
}

# 1 MB as a plate of codes, a twentieth of whose fields are not scanned, the rest under the
# profile's dirt.
bar_6_plate() {
  local bytes=1000000 folder=$work/codes fields drop status=0 differences
  $quick && bytes=100000
  mkdir -p "$folder"
  make_mixed "$folder/mixed" "$bytes"
  "$ostracon" encode "$folder/mixed" -o "$folder/m.h5" --symbology qr >/dev/null
  "$ostracon" inspect "$folder/m.h5" --json >"$folder/m.json"
  fields=$(field "$folder/m.json" fields)
  drop=$(seq -s, 3 20 "$((fields - 1))")
  "$ostracon" simulate "$folder/m.h5" -o "$folder/s.h5" --profile typical \
    ${drop:+--drop-fields "$drop"} >/dev/null
  "$ostracon" recover "$folder/s.h5" -o "$folder/files" >"$folder/log" || status=$?
  differences=$(diff -r --no-dereference "$folder/mixed" "$folder/files/mixed" 2>&1 | wc -l)
  bar "QR plate of $bytes bytes, fields ${drop:-none} of $fields lost" \
    "status $status, $differences differ" "$status == 0 && $differences == 0"
  sed -n '/^codes/,/^of this/s/^/  /p' "$folder/log"
}
