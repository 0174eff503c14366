package match

// scratch is what a search needs besides the index; a pool keeps it between searches.
type scratch struct {
	alignment  alignment
	edges      []edge
	together   []byte
	listed     listedName
	likes      []*likes // one for each name of the query
	ids, keys  []uint32
	counts     []uint32
	candidates []uint32
	hits       [][]tokenHit
	gains      []tokenGain
}

func newScratch() *scratch { return &scratch{} }

// likesTo are the kept likenesses to the i-th name of the query.
func (sc *scratch) likesTo(i int) *likes {
	for len(sc.likes) <= i {
		sc.likes = append(sc.likes, &likes{})
	}
	return sc.likes[i]
}

// startLikes begins with the names of a query and a segment.
func (sc *scratch) startLikes(p *prepared) {
	for i := range p.names {
		sc.likesTo(i).start()
	}
}
