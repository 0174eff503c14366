package trust

import (
	"encoding/json"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Import reads a file of any kind. It never fails as a whole: what could not be used is in Report.Refused, by place and reason.
func Import(name string, data []byte, o Options) Imported { return Imported{} }

// NewStore indexes items. Those that cannot be read are given back by name and reason; the store works without them.
func NewStore(items []Item, version int64, asOf time.Time) (*Store, []pki.Refused) { return nil, nil }

// Chain looks for a chain from a document signer (or master list signer) to an anchor. signedAt is nil when not known.
func (s *Store) Chain(dsc *pki.Certificate, signedAt *time.Time, now time.Time) ChainResult {
	return ChainResult{}
}

// Revocation looks the certificate up in the newest list of its issuer.
func (s *Store) Revocation(dsc *pki.Certificate, now time.Time) RevocationResult {
	return RevocationResult{}
}

// Document is what a defect is looked up by; empty fields are not known.
type Document struct {
	Issuer string // three letters
	Number string
	Issued traveldoc.Date
	DSC    *pki.Certificate
}

// Defects gives the known defects of a document; listed is false when the store holds no deviation list at all.
func (s *Store) Defects(d Document) (defects []Defect, listed bool) { return nil, false }

// Row is a row of the dataset: at most 64 KB of JSON.
type Row struct {
	Key  string
	Data json.RawMessage
}

// Rows encodes items; large ones take several rows.
func Rows(items []Item) ([]Row, error) { return nil, nil }

// FromRows joins rows to items. What is incomplete or broken is named, by key; the rest is given.
func FromRows(rows []Row) (items []Item, broken []pki.Refused) { return nil, nil }
