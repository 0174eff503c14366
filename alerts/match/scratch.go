package match

// scratch is what a search needs besides the index; a pool keeps it between searches.
type scratch struct {
	alignment  alignment
	edges      []edge
	together   []byte
	listed     listedName
	rows       []*likeRows // one for each name of the query
	ids, keys  []uint32
	counts     []uint32
	candidates []uint32
	hits       [][]tokenHit
	gains      []tokenGain
}

func newScratch() *scratch { return &scratch{} }

// rowsFor are the kept likenesses of the i-th name of the query.
func (sc *scratch) rowsFor(i int) *likeRows {
	for len(sc.rows) <= i {
		sc.rows = append(sc.rows, &likeRows{slots: make([]likeRow, likeSlots)})
	}
	return sc.rows[i]
}

// likes gives the likenesses of tokens to those of one name of a query, and keeps them, since few listed tokens come up often. nil
// compares every time, and gives the reason too.
type likes struct {
	rows  *likeRows
	epoch uint32
}

const likeSlots = 2048

type likeRows struct {
	slots []likeRow
	epoch uint32
}

// likeRow holds the likenesses of one listed token to all tokens of the query's name.
type likeRow struct {
	epoch, token uint32
	like         [maxTokens]likeness
}

// start begins with another name or segment.
func (r *likeRows) start() likes {
	r.epoch++
	return likes{r, r.epoch}
}

// of is the likeness of the i-th token of the query and the j-th of the listed name.
func (k likes) of(q *queryName, l *listedName, i, j int) (likeness, string) {
	if k.rows == nil { // with its reason, for evidence
		return similar(&q.tokens[i].word, &l.words[j])
	}
	token := l.numbers[j]
	row := &k.rows.slots[token*0x9E3779B1>>21]
	if row.epoch != k.epoch || row.token != token {
		row.epoch, row.token = k.epoch, token
		for n := range q.tokens {
			row.like[n], _ = similar(&q.tokens[n].word, &l.words[j])
		}
	}
	return row.like[i], ""
}
