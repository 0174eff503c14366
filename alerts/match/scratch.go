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

// likes gives the likenesses of tokens to those of one name of a query, and keeps them, since few listed tokens come up often.
type likes struct {
	rows  *likeRows
	epoch uint32
}

const likeSlots = 2048

type likeRows struct {
	slots []likeRow
	epoch uint32
}

// likeRow is what is kept of a listed token: its likenesses to all tokens of the query's name, and what else an alignment asks.
type likeRow struct {
	epoch, token uint32
	weight       float32
	length       uint8
	first        byte // the group of its first letter
	like         [maxTokens]likeness
}

// start begins with another name or segment.
func (r *likeRows) start() likes {
	r.epoch++
	return likes{r, r.epoch}
}

// row is what is kept of a listed token.
func (k likes) row(d *dictionary, q *queryName, token uint32) *likeRow {
	row := &k.rows.slots[token*0x9E3779B1>>21]
	if row.epoch == k.epoch && row.token == token {
		return row
	}
	w := d.word(token)
	row.epoch, row.token, row.weight = k.epoch, token, float32(d.weight[token])*weightStep
	row.length, row.first = uint8(min(len(w.text), 255)), group(w.text[0])
	for n := range q.tokens {
		row.like[n], _ = similar(&q.tokens[n].word, &w)
	}
	return row
}
