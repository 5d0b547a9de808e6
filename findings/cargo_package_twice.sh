#!/usr/bin/env bash
# cargo 1.95.0, `cargo package` of packages that depend on each other.
#
# Each archive is verified with those of the packages that it depends on, from a registry that lasts as long as the command. What is unpacked from that
# lasts longer: it stays below `registry/src` of CARGO_HOME, under a name made of the path of the target folder, as what was built of it stays in that
# folder. So a second run at the same path verifies with what the first one unpacked, whatever has changed since, as long as the versions have not, and even
# with a new target folder: a clean clone at the place of an older one.
#
# Runs that cargo by its version, which rustup installs where it is missing, makes two packages in a temporary folder, with a CARGO_HOME of its own, runs no code of this project, and fails if cargo behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_HOME=$folder/home CARGO_TERM_COLOR=never
cd "$folder"
version=1.95.0
rustup toolchain list | grep -q "^$version" || rustup toolchain install --profile minimal "$version"
mkdir -p lower/src upper/src

package() {
    printf '[package]\nname = "finding-%s"\nversion = "0.1.0"\nedition = "2024"\nlicense = "MIT"\ndescription = "-"\n%s' "$1" "${2-}" >"$1/Cargo.toml"
}
printf '[workspace]\nmembers = ["lower", "upper"]\nresolver = "3"\n' >Cargo.toml
package lower
package upper $'\n[dependencies]\nfinding-lower = { path = "../lower", version = "0.1.0" }\n'

# The lower package has a function of this name, and the upper one calls it.
name() {
    echo "pub fn $1() {}" >lower/src/lib.rs
    echo "pub fn call() { finding_lower::$1() }" >upper/src/lib.rs
}
run() {
    if cargo "+$version" package --workspace --allow-dirty --no-metadata >"$folder/log" 2>&1; then
        echo "$1: verified"
    else
        echo "$1: $(grep -o 'cannot find function `[a-z]*` in crate `[a-z_]*`' "$folder/log")"
    fi
}
{
    cargo "+$version" --version | cut -d' ' -f1,2
    name first
    run "at first"
    name second
    run "both changed"
    rm -r target
    run "what was built removed"
    rm -r target "$CARGO_HOME"/registry/src/-*
    run "what was unpacked removed as well"
} | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
cargo 1.95.0
at first: verified
both changed: cannot find function `second` in crate `finding_lower`
what was built removed: cannot find function `second` in crate `finding_lower`
what was unpacked removed as well: verified
EXPECTED
echo "as found"
