package boarddb

import (
	"cmp"
	"encoding/hex"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
)

// A traveller t of the dialogue (board_traveller) and an expected person p (passenger_screening) are one when the carrier that asked is
// one of the flight's, the reference is the same, and a document or the name with the birth date are. A reference alone is only what
// somebody wrote: whoever guesses another's would be told of him.
const (
	sameFlight = `t.flight_key = p.flight_key AND t.asks_for = ANY(p.carriers) AND t.ref = p.ref AND p.ref <> ''`
	samePerson = `EXISTS (SELECT FROM passenger_trace x WHERE x.person = p.person AND x.key = ANY(t.marks))`
)

// asksFor is the carrier in whose name a request asks: without one, that of the door.
func asksFor(r board.Request) string { return cmp.Or(r.AsksFor, r.Carrier) }

// carriersOf are the carriers of a flight as the centre knows it: the one that sells and the one that flies.
func carriersOf(f apipnr.Flight) []string {
	all := []string{f.Carrier}
	if o := f.Operating; o != nil && o.Carrier != "" && o.Carrier != f.Carrier {
		all = append(all, o.Carrier)
	}
	return all
}

// marks are the keyed hashes of a traveller in one text.
func (s *Store) marks(w board.Who) string {
	var all []string
	for _, t := range s.traces(w) {
		all = append(all, hex.EncodeToString(t.key))
	}
	return strings.Join(all, ",")
}
