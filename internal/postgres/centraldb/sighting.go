package centraldb

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// documentKey is what a document is known by: numbers are used again, so issuing state and birth date belong to it.
type documentKey struct{ docNo, issuingState, birthDate string }

// sighting is a file of a station that an event is about, with the document that was shown, if any.
type sighting struct {
	file  uuid.UUID
	docNo string
	key   documentKey // docNo is empty when no document is known
	name  string      // folded: surname, then given names
	hash  int64       // of the paper; 0: none was shown
	paper paper

	traveller uuid.UUID // found or made by identify
	fresh     bool      // the traveller was made in this transaction
}

// paper is a document with the identity it shows, as the centre keeps it: without the lines of the machine readable zone, which
// repeat it.
type paper struct {
	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
}

func sightingOf(file uuid.UUID, identity *traveldoc.Identity, document *traveldoc.Document) sighting {
	s := sighting{file: file, docNo: traveldoc.FoldNumber(document.Number), paper: paper{*identity, *document}}
	if s.docNo != "" {
		s.key = documentKey{s.docNo, document.IssuingState, identity.BirthDate.String()}
	}
	s.name = traveldoc.FoldName(identity.Surname + " " + identity.GivenNames)
	s.paper.Document.MRZ = ""
	s.hash = s.paper.hash()
	return s
}

// hash names the paper among those of one traveller. It stays the same from release to release: it is stored.
func (p *paper) hash() int64 {
	h := fnv.New64a()
	i, d := &p.Identity, &p.Document
	for _, field := range []string{
		i.Surname, i.GivenNames, i.BirthDate.String(), i.Sex, i.Nationality, d.Code, d.Number, d.IssuingState, d.ExpiryDate.String(),
	} {
		var length [4]byte
		binary.LittleEndian.PutUint32(length[:], uint32(len(field))) //nolint:gosec // payloads are bounded far below
		_, _ = h.Write(length[:])
		_, _ = h.Write([]byte(field))
	}
	return int64(h.Sum64()) | 1 //nolint:gosec // bits, not a number; 0 means none
}

func (p *paper) text() (string, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("paper of a traveller: %w", err)
	}
	return string(body), nil
}
