# shellcheck shell=bash
# The bars of issue 3, sourced by bars.sh, which gives `work`, `quick`, `ostracon`, bar() and others.

# dose_curve OPTIONS...: its table. Hours of both cores without --quick.
dose_curve() {
  local size=()
  $quick && size=(--quick --worst 0)
  build/bench/dose_curve/dose_curve "${size[@]}" --out "$work/dose" "$@"
}

# dose_points OPTIONS...: searches operating doses, "sigma rate frames pixels N_e dB lost" a
# line; dB above the limit with the same detector noise.
dose_points() {
  dose_curve "$@" | awk '$1 ~ /^[0-9]/ { print $1, $2, $3, $4, $6, $9 + 0, $11 }'
}

# spread NAME LIMIT OPTIONS...: largest difference in dB between points of one search.
spread() {
  local name=$1 limit=$2 db
  shift 2
  db=$(dose_points "$@" | awk 'NR == 1 { low = high = $6 } { if ($6 < low) low = $6
    if ($6 > high) high = $6 } END { printf "%.2f", high - low }')
  bar "$name (<= $limit dB)" "$db dB" "$db <= $limit"
}

# Every rate and blur; what is asked of rate 0.8 alone, the others are told. A reader told the map
# and the motion of every row must fail 0.25 dB (a step more than 0.2) below the blind one's dose.
bar_3_dose() {
  local sigma rate dose db below worst line
  for rate in 0.8 8/9 2/3 1/2; do
    while read -r sigma worst; do
      read -r _ _ _ _ dose db _ < <(dose_points --sigma "$sigma" --rate "$rate")
      if [[ $rate == 0.8 ]]; then
        bar "sigma $sigma: dB above the limit (<= $worst; N_e $dose)" "$db dB" "$db <= $worst"
      else
        echo "sigma $sigma, rate $rate: $db dB above the limit, N_e $dose"
      fi
      below=$(awk "BEGIN { print $db - 0.23 }")
      line=$(dose_curve --sigma "$sigma" --rate "$rate" --told rows --one-dose "--start=$below" |
        grep -o 'is .*')
      bar "sigma $sigma, rate $rate: a told reader 0.25 dB below" "$line" \
        "$(grep -c 'too little' <<<"$line") == 1"
    done <<<"0.3 1.3
0.4 1.5
0.5 2.1"
  done
}

bar_3_frames() { spread "1, 2, 4, 8, 16 frames lie within" 0.3 --frames 1,2,4,8,16; }
bar_3_pixels() { spread "2, 2.5, 3, 4 px/module lie within" 0.2 --pixels-per-module 2,2.5,3,4; }

bar_3_renderer() {
  local verdict=0
  tests/prototype/operating_dose.sh "$ostracon" ../shared/examples/reader-prototype --noise gamma \
    --correlation 0.3 >"$work/renderer.log" || verdict=$?
  if [[ $verdict == 77 ]]; then
    echo "skipped: the independent renderer is not there"
    return
  fi
  bar "operating dose on the other renderer's images (0.3 dB)" \
    "$(sed -n 's/.*simulator: \([-+0-9.]*\) dB at.*/\1 dB/p' "$work/renderer.log")" "$verdict == 0"
}

bar_3_drift() {
  local verdict=0
  find build/tests -name frame_registration_test -type f -exec {} \
    --gtest_filter='DriftAccuracyTest*' --gtest_output="xml:$work/drift.xml" \; >"$work/drift.log" ||
    verdict=1
  grep -q 'FAILED' "$work/drift.log" && verdict=1
  bar "drift over the Cramer-Rao bound, closed chain: its tests" "$verdict" "$verdict == 0"
  grep -o 'property name="[^"]*" value="[^"]*"' "$work/drift.xml" | sed 's/property /  /'
}

bar_3_map() {
  local pages=4 rms
  $quick && pages=1
  build/bench/read_bench --pages "$pages" --set damage=0 --set sigma=0.4 --set dose=151 \
    >"$work/map.json"
  rms=$(sed -n 's/.*"map_rms":\([0-9.]*\).*/\1/p' "$work/map.json" | sort -n | tail -n 1)
  bar "map rms at the operating dose of sigma 0.4 (<= 0.03)" "$rms module" "$rms <= 0.03"
}

bar_3_worst() {
  local folder=$work/worst status=0 differences
  mkdir -p "$folder"
  # shellcheck disable=SC2046
  "$ostracon" encode datasets/sample -o "$folder/m.h5" $(page_options) --rate 1/2 >/dev/null
  "$ostracon" simulate "$folder/m.h5" -o "$folder/s.h5" --profile worst >/dev/null
  "$ostracon" recover "$folder/s.h5" -o "$folder/files" >"$folder/log" || status=$?
  differences=$(diff -r --no-dereference datasets/sample "$folder/files/sample" 2>&1 | wc -l)
  bar "profile worst, rate 1/2, N_e 800: all verified" "status $status, $differences differ" \
    "$status == 0 && $differences == 0"
  sed -n 's/^codewords/  codewords/p' "$folder/log"
}

bar_3_wrong() {
  local codewords=1000000 lines
  $quick && codewords=20000
  lines=$(for point in "0.8 1.5" "0.8 1.7" "0.8 1.85" "8/9 3.2" "8/9 3.4" "2/3 0.1" "1/2 -1.9" \
    "1/3 -4.2" "0.8 1.9" "8/9 3.6"; do
    build/bench/ldpc_bler --rate "${point% *}" "--esn0=${point#* }" --codewords "$codewords"
  done)
  bar "wrong codewords of $(sum codewords <<<"$lines") from LLRs, $(sum failed <<<"$lines") failed" \
    "$(sum wrong <<<"$lines")" "$(sum wrong <<<"$lines") == 0"
}

# sum KEY: of the numbers behind it in lines of JSON.
sum() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | awk '{ s += $1 } END { print s + 0 }'; }

bar_3_lattice() {
  local verdict=0
  find build/tests -name lattice_photograph_test -type f -exec {} \; >"$work/rom.log" || verdict=1
  grep -q 'PASSED' "$work/rom.log" || verdict=1
  bar "mask ROM: <= 2 wrong of 1952, >= 90 % of covered marked" "$verdict" "$verdict == 0"
}
