package intake

// groups puts readings together that share a flight or a series, in the order in which they came: what is in different groups may be
// worked on side by side.
func groups(list []reading) [][]reading {
	parent := make([]int, len(list))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{}
	for i, r := range list {
		for _, key := range r.keys() {
			if j, seen := first[key]; seen {
				a, b := root(i), root(j)
				parent[max(a, b)] = min(a, b)
				continue
			}
			first[key] = i
		}
	}
	place := map[int]int{}
	var all [][]reading
	for i, r := range list {
		n, seen := place[root(i)]
		if !seen {
			n = len(all)
			place[root(i)] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], r)
	}
	return all
}
