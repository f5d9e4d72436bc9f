# shellcheck shell=bash
# The bars of issue 4, sourced by bars.sh. Speeds are asked of this machine's best instruction set:
# with AVX-512 (and GFNI) what is asked of those, else what is asked of AVX2.

has() { grep -qm1 " $1 " /proc/cpuinfo; }

# speed FILE CASE: median of a bench's case, million items a second.
speed() { sed -n "s|.*\"case\":\"$2\".*\"items_per_s\":\([0-9.e+-]*\).*|\1|p" "$1" |
  awk '{ printf "%.0f", $1 / 1e6 }'; }

bar_4_inner_speed() {
  local log=$work/ldpc.json mbps name wanted
  build/bench/ldpc_bench >"$log"
  sed -n '1s/^/  /p' "$log"
  while read -r name wanted; do
    mbps=$(speed "$log" "$name")
    if [[ $wanted == - ]]; then
      echo "$name: $mbps Mb/s (its bar is for AVX-512)"
    else
      bar "$name, median Mb/s on one core (>= $wanted)" "$mbps" "$mbps >= $wanted"
    fi
  done < <(if has avx512bw; then
    printf '%s\n' "ldpc/0.8/2.33dB 600" "ldpc/8/9/3.79dB 900" "ldpc/8/9/fixed10 650" "ldpc_encode/0.8 8000"
  else
    printf '%s\n' "ldpc/0.8/2.33dB 300" "ldpc/8/9/3.79dB -" "ldpc/8/9/fixed10 -" "ldpc_encode/0.8 -"
  fi)
}

bar_4_failures() {
  local codewords=200000 many=3000000 share clean erased
  $quick && codewords=50000 many=100000
  build/bench/ldpc_bler --rate 0.8 --esn0 1.9 --codewords "$codewords" >"$work/bler.json"
  share=$(field "$work/bler.json" bler)
  bar "rate 0.8 at Es/N0 1.90 dB: share that fails (<= 1e-4)" "$share" "$share <= 1e-4"
  build/bench/ldpc_bler --rate 0.8 --esn0 2.2 --codewords "$many" >"$work/floor.json"
  share=$(field "$work/floor.json" bler)
  bar "at 2.2 dB of $many: share that fails (<= 1e-6)" "$share" "$share <= 1e-6"
  build/bench/ldpc_bler --rate 0.8 --above 0.60,0.65,0.70 --codewords 100000 --failures 200 >"$work/clean.json"
  build/bench/ldpc_bler --rate 0.8 --erased 0.02 --above 0.60,0.65,0.70 --codewords 100000 \
    --failures 200 >"$work/erased.json"
  clean=$(field "$work/clean.json" es_n0_db_at_1e-3)
  erased=$(field "$work/erased.json" es_n0_db_at_1e-3)
  bar "2 % erased cost at 1e-3 (<= 0.3 dB)" \
    "$(awk "BEGIN { printf \"%.2f\", $erased - $clean }") dB" "$erased - $clean <= 0.3"
}

bar_4_outer_speed() {
  local log=$work/outer.json
  build/bench/outer_code_bench >"$log"
  sed -n 's/.*"case":"\(outer_[^"]*\)".*"items_per_s":\([0-9.e+]*\).*/\1 \2/p' "$log" |
    awk '{ printf "  %-56s %6.2f GB/s of data\n", $1, $2 / 1e9 }'
  if ! has gfni; then
    echo "no GFNI: the bars (3.5 GB/s, 10 with 4 lost) are for a CPU that has it"
    return
  fi
  local case wanted got
  while read -r case wanted; do
    # The fastest of this machine's kernels.
    got=$(sed -n "s|.*\"case\":\"outer_$case/.*\"best_data_gb_per_s\":\([0-9.]*\).*|\1|p" "$log" |
      sort -g | tail -n 1)
    bar "outer code, $case, GB/s of data on one core (>= $wanted)" "$got" "$got >= $wanted"
  done < <(for size in 1053 4096 131072; do
    printf '%s\n' "encode/200+40x$size 3.5" "restore_40_data/200+40x$size 3.5" \
      "restore_4_data/200+40x$size 10"
  done)
}
