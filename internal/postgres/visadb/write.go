package visadb

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// Channel is what is notified with every note: who waits for it looks.
const Channel = "visa_note"

// record is a visa with what only the register needs.
type record struct {
	evisa.Visa
	language string
	before   []evisa.Number
}

// body is of an event what stands in clear.
type body struct {
	Issued     *issuedBody  `json:"issued,omitempty"`
	Terms      *evisa.Terms `json:"terms,omitempty"`
	ReplacedBy evisa.Number `json:"replaced_by,omitempty"`
}

// issuedBody is issue.Issued without its holder.
type issuedBody struct {
	issue.Issued
	Identity struct{}  `json:"identity,omitzero"`
	Document struct{}  `json:"document,omitzero"`
	Earlier  *struct{} `json:"earlier,omitempty"`
}

// person is of an event what is sealed.
type person struct {
	Holder *issue.Holder `json:"holder,omitempty"`
	Words  string        `json:"words,omitempty"`
}

// write queues an event with the visa that it makes, and the note of it.
func (r *Register) write(b *pgx.Batch, key *vault.DataKey, v record, e issue.Event) error {
	if err := writeVisa(b, key, v); err != nil {
		return err
	}
	what, hidden := body{Terms: e.Terms, ReplacedBy: e.ReplacedBy}, person{Words: e.Words}
	if e.Issued != nil {
		what.Issued, hidden.Holder = &issuedBody{Issued: *e.Issued}, &e.Issued.Holder
		what.Issued.Holder = issue.Holder{}
	}
	plain, err := json.Marshal(what)
	if err != nil {
		return err
	}
	sealed, err := sealdb.Seal(key, sealedAt(eventKind, v.Number, e.Version, v.Application), hidden)
	if err != nil {
		return err
	}
	b.Queue(`INSERT INTO visa_event (number, version, kind, at, actor, role, second, reason, body, key_id, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		v.Number, e.Version, e.Kind, e.At, e.Actor, e.Role, e.Second, e.Reason, plain, key.ID(), sealed)
	queueNote(b, v.Number)
	return nil
}

func writeVisa(b *pgx.Batch, key *vault.DataKey, v record) error {
	terms, err := json.Marshal(v.Terms)
	if err != nil {
		return err
	}
	sealed, err := sealdb.Seal(key, sealedAt(visaKind, v.Number, 0, v.Application), issue.Holder{Identity: v.Identity, Document: v.Document, Earlier: v.Earlier})
	if err != nil {
		return err
	}
	ends := v.Until.First()
	if v.Version > 1 {
		b.Queue(`UPDATE visa SET version = $2, standing = $3, terms = $4, replaced_by = $5, reason = $6, ends_on = $7, sealed = $8 WHERE number = $1`,
			v.Number, v.Version, v.Standing, terms, v.ReplacedBy, v.Reason, ends, sealed)
		return nil
	}
	before := v.before
	if before == nil {
		before = []evisa.Number{}
	}
	b.Queue(`INSERT INTO visa (number, application, reference, version, standing, type, purpose, kind, language, terms, authority, issued_at, replaces,
			before, ends_on, key_id, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		v.Number, v.Application, v.Reference, v.Version, v.Standing, v.Type, v.Purpose, v.Kind, v.language, terms, v.Authority, v.IssuedAt, v.Replaces,
		before, ends, key.ID(), sealed)
	return nil
}

func queueNote(b *pgx.Batch, number evisa.Number) {
	b.Queue(`INSERT INTO visa_note (number) VALUES ($1)`, number)
	b.Queue(`SELECT pg_notify($1, '')`, Channel)
}

// Note says in the caller's transaction that what the stations are told of visas has changed elsewhere: an entry was used, a case was
// opened or decided. After the commit they are told.
func Note(ctx context.Context, tx pgx.Tx, numbers ...evisa.Number) error {
	b := &pgx.Batch{}
	for _, n := range numbers {
		queueNote(b, n)
	}
	if b.Len() == 0 {
		return nil
	}
	return wrap(tx.SendBatch(ctx, b).Close(), "note of visas")
}
