package main

import (
	"testing"
	"testing/fstest"
)

func TestTheLeastLimitOfAControlGroupIsFound(t *testing.T) {
	files := func(pairs ...string) fstest.MapFS {
		root := fstest.MapFS{}
		for i := 0; i < len(pairs); i += 2 {
			root[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
		}
		return root
	}
	for name, test := range map[string]struct {
		root fstest.MapFS
		want int64
	}{
		"no control groups": {files(), 0},
		"version 2, none":   {files("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "max\n"), 0},
		"in a container":    {files("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "314572800\n"), 314572800},
		"a unit": {files("proc/self/cgroup", "0::/system.slice/marquis.service\n",
			"sys/fs/cgroup/system.slice/marquis.service/memory.max", "400000000\n", "sys/fs/cgroup/system.slice/memory.max", "max\n"), 400000000},
		"the slice has less": {files("proc/self/cgroup", "0::/system.slice/marquis.service\n",
			"sys/fs/cgroup/system.slice/marquis.service/memory.max", "400000000\n", "sys/fs/cgroup/system.slice/memory.max", "300000000\n"), 300000000},
		"a path from outside the container": {files("proc/self/cgroup", "0::/docker/0123\n", "sys/fs/cgroup/memory.max", "200000000\n"), 200000000},
		"version 1": {files("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/x\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes", "500000000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"), 500000000},
		"version 1, none": {files("proc/self/cgroup", "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"), 0},
		"both": {files("proc/self/cgroup", "4:memory:/\n0::/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "500000000\n",
			"sys/fs/cgroup/memory.max", "max\n"), 500000000},
		"nonsense": {files("proc/self/cgroup", "x\n0::/\n", "sys/fs/cgroup/memory.max", "-5\n"), 0},
	} {
		if have := controlGroupMemory(test.root); have != test.want {
			t.Errorf("%s: %d, want %d", name, have, test.want)
		}
	}
}
