package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// Kind is what an item is.
type Kind string

// The kinds.
const (
	CSCA             Kind = "csca"               // an authority that signs itself: an anchor
	Link             Kind = "link"               // an authority's new key signed with its old one
	DSC              Kind = "dsc"                // a document signer
	MasterListSigner Kind = "master_list_signer" // signs master lists
	CRL              Kind = "crl"
	Deviation        Kind = "deviation" // a known defect of documents: Defect
)

// Item is one piece of trust material. ID is its content's SHA-256 in hexadecimal: the same certificate from two lists is one item with
// two sources.
type Item struct {
	ID      string   `json:"id"`
	Kind    Kind     `json:"kind"`
	DER     []byte   `json:"der,omitempty"`    // of a certificate or a CRL
	Defect  *Defect  `json:"defect,omitempty"` // of a deviation
	Sources []Source `json:"sources"`
}

// Origin is how material came: the verdict on a chain names it.
type Origin string

// The origins, from the most to the least that vouches for it.
const (
	Bilateral    Origin = "bilateral"     // handed over by the issuing state itself
	Listed       Origin = "listed"        // on the master list of a state, or in the PKD
	SelfAsserted Origin = "self_asserted" // nobody vouches for it but itself
)

// Source is where an item came from.
type Source struct {
	Origin Origin `json:"origin"`
	// List is the file's name, Signer the subject of who signed the list, Country its country code (two letters); empty when unsigned.
	List    string `json:"list,omitempty"`
	Signer  string `json:"signer,omitempty"`
	Country string `json:"country,omitempty"`
	// Verified is the verdict on the list's own signature up to an anchor.
	Verified traveldoc.Verdict `json:"verified"`
	// Date is when the list was signed, of an unsigned one when it was imported.
	Date time.Time `json:"date"`
}

// Defect is a known defect of documents (Doc 9303-3, appendix on defects; own exchange format, docs/trust.md). Empty fields match all.
type Defect struct {
	Issuer     string `json:"issuer"`                // issuing state, three letters
	DSCSerial  string `json:"dsc_serial,omitempty"`  // serial number of the document signer, hexadecimal
	NumberFrom string `json:"number_from,omitempty"` // document numbers, inclusive, compared at the same length
	NumberTo   string `json:"number_to,omitempty"`
	DataGroup  int    `json:"data_group,omitempty"` // 0: the document security object
	Defect     string `json:"defect"`               // a short stable code, such as "wrong_hash"
	Text       string `json:"text,omitempty"`       // for the officer

	From traveldoc.Date `json:"from,omitzero"` // dates of issue, inclusive
	To   traveldoc.Date `json:"to,omitzero"`
}

// contentID is the SHA-256 of what an item is about, in hexadecimal.
func contentID(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// content is what the item's ID is made of.
func (i Item) content() ([]byte, error) {
	if i.Kind == Deviation {
		return json.Marshal(i.Defect)
	}
	return i.DER, nil
}

// Merge puts items together: the same content once, with all its sources, in the order in which it came first.
func Merge(lists ...[]Item) []Item {
	var all []Item
	at := map[string]int{}
	for _, list := range lists {
		for _, item := range list {
			i, known := at[item.ID]
			if !known {
				at[item.ID] = len(all)
				item.Sources = addSources(nil, item.Sources)
				all = append(all, item)
				continue
			}
			all[i].Sources = addSources(all[i].Sources, item.Sources)
		}
	}
	return all
}

// addSources adds those that are not there yet; the first list is not changed.
func addSources(have, more []Source) []Source {
	out := append([]Source(nil), have...)
	for _, s := range more {
		known := false
		for _, h := range out {
			known = known || h.same(s)
		}
		if !known {
			out = append(out, s)
		}
	}
	return out
}

func (s Source) same(o Source) bool {
	dates := s.Date.Equal(o.Date)
	s.Date = o.Date
	return dates && s == o
}
