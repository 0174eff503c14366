package visadb

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// The kinds of marks: keyed hashes by which a visa is found without its holder's data standing anywhere in clear.
const (
	markDocument  = 1 // folded number: of the document that it was issued on, and of those before it
	markNameBirth = 2 // traveldoc.NameKey and birth date
	markBeginning = 3 // visacheck.Keys: birth date and beginning of a part of the name
)

// markSize is how much of a keyed hash is kept, in bytes; what is found is compared with what was asked for.
const markSize = 16

// mark is a keyed hash with its kind.
type mark struct {
	kind int16
	sum  []byte
}

func newMark(key *vault.DataKey, kind int16, parts ...string) (mark, error) {
	sum, err := key.Fingerprint([]byte(strconv.Itoa(int(kind)) + "\x00" + strings.Join(parts, "\x00")))
	if err != nil {
		return mark{}, err
	}
	return mark{kind, sum[:markSize]}, nil
}

// marking makes marks, each once.
type marking struct {
	key  *vault.DataKey
	list []mark
	seen map[string]bool
}

// add makes a mark; parts that are not known make none.
func (m *marking) add(kind int16, parts ...string) error {
	for _, part := range parts {
		if part == "" {
			return nil
		}
	}
	one, err := newMark(m.key, kind, parts...)
	if err == nil && !m.seen[string(one.sum)] {
		m.seen[string(one.sum)] = true
		m.list = append(m.list, one)
	}
	return err
}

// documents are the marks of documents.
func (m *marking) documents(list ...traveldoc.Document) error {
	for _, d := range list {
		if err := m.add(markDocument, traveldoc.FoldNumber(d.Number)); err != nil {
			return err
		}
	}
	return nil
}

// beginnings are the marks of the keys by which a visa, or a traveller, is found as at a crossing point.
func (m *marking) beginnings(keys []string) error {
	for _, k := range keys {
		if err := m.add(markBeginning, k); err != nil {
			return err
		}
	}
	return nil
}

// marks gives a marking the register's key.
func (r *Register) marks(ctx context.Context) (*marking, error) {
	key, err := r.indexKey(ctx)
	return &marking{key: key, seen: map[string]bool{}}, err
}

// named is the mark of a person's whole name and birth date.
func (m *marking) named(who traveldoc.Identity) error {
	birth := ""
	if !who.BirthDate.IsZero() {
		birth = who.BirthDate.String()
	}
	return m.add(markNameBirth, traveldoc.NameKey(who.Surname, who.GivenNames), birth)
}

// putMarks makes a visa findable.
func (r *Register) putMarks(ctx context.Context, b *pgx.Batch, v *evisa.Visa) error {
	m, err := r.marks(ctx)
	if err != nil {
		return err
	}
	err = errors.Join(m.documents(append([]traveldoc.Document{v.Document}, v.Earlier...)...), m.named(v.Identity), m.beginnings(visacheck.Keys(v.Identity)))
	for _, one := range m.list {
		b.Queue(`INSERT INTO visa_mark (kind, mark, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, one.kind, one.sum, v.Number)
	}
	return err
}
