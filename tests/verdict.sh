# For the suites that are shell scripts: what passed and failed. To be sourced in the root folder.
passed=0
failed=0

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "failed: $1"
    fi
}

# Ends the suite: its last line, and status 0 if nothing failed.
report() { # SUITE
    echo "$1: $passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
