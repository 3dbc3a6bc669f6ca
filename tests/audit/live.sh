# Processes and cores: cairn-audit says of them what it says of a snapshot of the same moment. Part
# of run.sh.
live="/usr/bin/python3 tests/audit/live.py"

# await PROCESS STATE: waits until all its threads are in that state (proc(5)), or 10 seconds.
await() {
    for _ in $(seq 200); do
        grep -h '^State:' "/proc/$1"/task/*/status 2>/dev/null | grep -qv "State:.$2" || return 0
        sleep 0.05
    done
    return 1
}

# start NAME COMMAND...: begins a program with live.c's ways, which stops itself. Its input stays
# open until file 9 is closed.
start() {
    local name=$1
    shift
    mkfifo "$work/$name.in"
    "$@" "$work/$name.snap" <"$work/$name.in" 2>"$work/$name.err" 9>&- &
    process=$!
    exec 9>"$work/$name.in"
    await $process T
    verdict "$name: has stopped itself" $?
}

# goes_on NAME: it does, and ends as it should.
goes_on() {
    kill -CONT $process
    exec 9>&-
    wait $process
    local status=$?
    [ $status -eq 0 ] && ! [ -s "$work/$1.err" ]
    verdict "$1: goes on unharmed, status $status" $?
}

# says_the_same NAME ARGUMENTS...: as the snapshot.
says_the_same() {
    local name=$1
    shift
    "$audit" --text "$work/$name.snap" >"$work/text.of"
    "$audit" --text "$@" >"$work/text.is" 2>&1
    [ $? -eq 0 ] && cmp -s "$work/text.of" "$work/text.is" && grep -q '^  number ' "$work/text.is"
    verdict "$name: the same of $1 as of a snapshot" $?
}

# all_as_said NAME COMMAND...: all that it tries goes as it says.
all_as_said() {
    local name=$1 tried wrong
    shift
    "$@" >"$work/tried"
    verdict "$name: all is tried" $?
    while IFS='|' read -r tried wrong; do
        [ -z "$wrong" ]
        verdict "$name, $tried: $wrong" $?
    done <"$work/tried"
}

# refuses MESSAGE ARGUMENTS...: with status 2.
refuses() {
    local message=$1 status
    shift
    "$audit" "$@" >"$work/said" 2>&1 </dev/null
    status=$?
    [ $status -eq 2 ] && grep -qF -- "$message" "$work/said"
    verdict "refuses: $message (with status $status)" $?
}

# A core of the process as gdb writes it, and holes where it has zeros.
core_of() { # NAME
    gdb --batch -nx -p $process -ex "generate-core-file $work/whole" >"$work/gdb" 2>&1
    cp --sparse=always "$work/whole" "$work/$1.core" && rm "$work/whole"
    verdict "$1: has a core" $?
}

# Linked in each way there is.
build_live() { # NAME FLAGS...
    local name=$1
    shift
    ${CC:-gcc} -std=c11 -O2 -fno-builtin -Wall -Wextra -Werror -Isrc -pthread tests/audit/live.c "$@" \
        -o "$work/$name"
    verdict "$name: builds" $?
}
build_live pie -fPIE -pie "$build/libcairn.a"
build_live fixed -fno-pie -no-pie "$build/libcairn.a"
build_live static -static "$build/libcairn.a"
build_live shared "$build/libcairn.so"
for name in pie fixed static shared; do
    start $name env LD_LIBRARY_PATH="$build" "$work/$name"
    says_the_same $name --pid $process
    await $process T
    verdict "$name: is stopped yet" $?
    if [ $name = fixed ] || [ $name = shared ]; then
        core_of $name
        says_the_same $name --core "$work/$name.core" "$work/$name"
    fi
    if [ $name = static ]; then
        all_as_said 'a process' $live poke $process "$audit"
    fi
    goes_on $name
done

# mostly NAME TEXT: what is said of a busy process; but once in three times its threads may take too
# long to come out of the allocator, on a machine that is busy as well.
mostly() {
    local times=0
    for _ in 1 2 3; do
        "$audit" --pid $process >"$work/said" 2>&1
        [ "$(sed 's/ fails (.*): / fails: /' "$work/said")" = "$2" ] && times=$((times + 1))
    done
    [ $times -ge 2 ]
    verdict "$1: $times times of 3" $?
}

# While all its threads allocate.
start busy env LD_PRELOAD="$build/libcairn.so" "$work/pie"
kill -CONT $process
mostly 'a busy process: sound' sound
goes_on busy
start wrong "$work/pie"
$live off $process
kill -CONT $process
mostly 'a busy process: not sound, while no thread is inside' "not sound: PageTotals is false
PageTotals fails: the totals of pages say what the bits say"
for i in 1 2 3 4; do
    kill -STOP $process
    await $process T
    cat /proc/$process/task/*/syscall >"$work/before"
    "$audit" --pid $process >/dev/null
    cat /proc/$process/task/*/syscall >"$work/after"
    cmp -s "$work/before" "$work/after"
    verdict "a stopped process: all threads stay where they are, look $i" $?
    kill -CONT $process
done
goes_on wrong

# A process whose first thread has ended.
cat >"$work/first.c" <<END
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *wait_on(void *block) { return read(0, block, 1) == 0 ? block : NULL; }
int main(void) {
    pthread_t other;
    pthread_create(&other, NULL, wait_on, malloc(100));
    pthread_exit(NULL);
}
END
${CC:-gcc} -O2 -pthread "$work/first.c" "$build/libcairn.a" -o "$work/first"
mkfifo "$work/first.in"
"$work/first" <"$work/first.in" &
process=$!
exec 9>"$work/first.in"
for _ in $(seq 200); do
    grep -q '^State:.Z' /proc/$process/task/$process/status && break
    sleep 0.05
done
[ "$("$audit" --pid $process 2>&1)" = sound ]
verdict 'a process whose first thread has ended' $?
exec 9>&-
wait $process

# A core of the kernel's, where it leaves them in the process's folder.
if [ "$(cat /proc/sys/kernel/core_pattern /proc/sys/kernel/core_uses_pid)" = "core
0" ] && [ "$(ulimit -H -c)" = unlimited ]; then
    for filter in 0x33 0; do
        start kernel$filter env -C "$work" "$work/pie"
        prlimit --pid $process --core=unlimited
        echo $filter >/proc/$process/coredump_filter
        kill -ABRT $process
        kill -CONT $process
        wait $process 2>/dev/null
        exec 9>&-
        [ $filter = 0 ] || says_the_same kernel$filter --core "$work/core" "$work/pie"
    done
    refuses "expected Cairn's record of its tables in data, found none" --core "$work/core"
fi

# Two libraries, of which the program uses its own.
start both env LD_PRELOAD="$build/libcairn.so" "$work/fixed"
says_the_same both --pid $process

# What is no process, may not be looked at, or has no heap of ours.
refuses 'process 4000000000: expected the number of a process' --pid 4000000000
refuses 'process 1x: expected the number of a process' --pid 1x
refuses 'process -1: expected the number of a process' --pid -1
refuses 'process 2000000000: expected a process, found none' --pid 2000000000
gdb --batch -nx -p $process -ex "shell $audit --pid $process >$work/traced 2>&1" >"$work/gdb" 2>&1
grep -q 'cannot be stopped: Operation not permitted (another user.s, or a debugger has it)$' \
    "$work/traced"
verdict 'a debugger has it' $?
if [ "$(id -u)" -eq 0 ]; then
    cp "$audit" "$work/audit" && chmod 711 "$work"
    setpriv --reuid=65534 --clear-groups "$work/audit" --pid $process >"$work/said" 2>&1
    [ $? -eq 2 ] && grep -q 'cannot be stopped: Operation not permitted' "$work/said"
    verdict "another user's" $?
fi
goes_on both
sleep 60 &
refuses "expected Cairn's record of its tables in data, found none" --pid $!
kill $!

# What is no core, or is one of another program.
refuses 'none: cannot be read: No such file or directory' --core "$work/none"
refuses "$work: expected a core, found no plain file" --core "$work"
refuses 'byte 16: expected a core (type 4), found type 2' --core "$work/fixed"
refuses 'byte 0: expected an ELF file, found something else' --core "$work/fixed.snap"
refuses "expected a core of $work/pie, found one of $work/fixed" --core "$work/fixed.core" "$work/pie"
all_as_said 'a core' $live core "$work/shared.core" "$audit"
