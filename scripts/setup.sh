# setup.sh: sourced by ./run and ./test. Installs what they lack on Debian 12 and
# says what it does. POSIX sh.

# What the program is built from; one list for both.
build_packages="gcc libc6-dev meson ninja-build pkg-config gettext python3-minimal python3-jsonschema
libssl-dev libxxhash-dev libzstd-dev libarchive-dev libsqlite3-dev libgmime-3.0-dev
libxml2-dev libmaxminddb-dev libpsl-dev libidn2-dev libcurl4-openssl-dev
libseccomp-dev libsodium-dev libnghttp2-dev libunistring-dev libpcre2-dev libpango1.0-dev libcairo2-dev linux-libc-dev ca-certificates"

say() {
	printf '%s\n' "$*" >&2
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		say "This needs root and there is no sudo: $*"
		return 1
	fi
}

# need_packages NAME...: install those that are missing.
need_packages() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f='${db:Status-Abbrev}' "$p" 2>/dev/null | grep -q '^ii' ||
			missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		say "This is not Debian; please install the counterparts of:$missing"
		return 1
	fi
	say "Installing from Debian (a minute or so):$missing"
	as_root apt-get update -qq >&2 || say "apt-get update failed; trying with the lists at hand"
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
		{ say "apt-get could not install:$missing"; return 1; }
}

# build_in DIR [MESON OPTION...]: configure once, then build; $ninja: with what else than ninja.
build_in() {
	dir=$1
	shift
	[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" >"$dir.setup.log" 2>&1 ||
		{ cat "$dir.setup.log" >&2; return 1; }
	rm -f "$dir.setup.log"
	say "Building in $dir (about a minute on two cores; a later build takes what has changed)"
	# shellcheck disable=SC2086 # more than one word
	${ninja:-ninja} -C "$dir" >"$dir/build.log" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		at=$(tail -c 400 "$dir/build.log" 2>/dev/null | tr '\r' '\n' | grep -o '^\[[0-9]*/[0-9]*\]' | tail -1)
		# Where it is seen: one line that is written over; in a log: now and then.
		if [ -t 2 ]; then
			printf '\r  %s ' "$at" >&2
		elif [ $(($(date +%s) % 15)) = 0 ]; then
			say "  $at"
		fi
	done
	[ ! -t 2 ] || printf '\r                    \r' >&2
	wait "$pid" || { tail -40 "$dir/build.log" >&2; return 1; }
}

# need_npm: a package manager for the data packages.
need_npm() {
	command -v npm >/dev/null 2>&1 || need_packages nodejs npm
}

# npm_data FOLDER: the data packages of data/npm/package.json, at the versions of
# its lock file, into FOLDER/node_modules.
npm_data() {
	[ -f "$1/complete" ] && cmp -s data/npm/package-lock.json "$1/package-lock.json" && return 0
	need_npm || return 1
	mkdir -p "$1"
	cp data/npm/package.json data/npm/package-lock.json "$1/"
	say "Fetching the data packages from npm (about 170 MB unpacked; some minutes on a slow line)"
	(cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --silent) && : >"$1/complete"
}

# npm_web: what the page is built and tested with (web/package.json), at the versions
# of its lock file, into .cache/web; web/node_modules points there.
npm_web() {
	if ! { [ -f .cache/web/complete ] && cmp -s web/package-lock.json .cache/web/package-lock.json; }; then
		need_npm || return 1
		mkdir -p .cache/web
		rm -f .cache/web/complete
		cp web/package.json web/package-lock.json .cache/web/
		say "Fetching what the page is built with from npm (about 65 MB unpacked)"
		(cd .cache/web && npm ci --ignore-scripts --no-audit --no-fund --silent) || return 1
		: >.cache/web/complete
	fi
	# A folder that somebody made with npm itself is left as it is.
	if [ -L web/node_modules ] || [ ! -e web/node_modules ]; then
		ln -sfn ../.cache/web/node_modules web/node_modules
	fi
}
