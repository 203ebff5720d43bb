package server

// Routes lists the method and the path of every route.
func Routes() (list [][2]string) {
	for _, r := range routes() {
		list = append(list, [2]string{r.method, r.path})
	}
	return list
}

// FailuresFor is how far back administrators are told of failures.
const FailuresFor = failuresFor
