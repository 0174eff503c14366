package applydb

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// mostTravellers bounds the people that one applicant may be: more are too many to tell apart, and the check says so.
const mostTravellers = 20

// stayPurpose is why the history of a traveller is read, among the purposes of the record of crossings.
const stayPurpose = "stay_check"

// Past is what is known of an applicant at the border: of whoever showed his document with his birth date, or bears his name and birth date.
func (s *Store) Past(ctx context.Context, a *evisa.Application) (past desk.Past, err error) {
	if s.o.Histories == nil {
		return past, desk.ErrNoHistory
	}
	travellers, err := s.travellers(ctx, a)
	if err != nil {
		return past, wrap(err, "travellers of an application")
	}
	if past.TooMany = len(travellers) > mostTravellers; past.TooMany {
		travellers = travellers[:mostTravellers]
	}
	err = s.o.DB.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM stay_dirty WHERE travellers && $1)`, travellers).Scan(&past.Behind)
	if err != nil {
		return past, wrap(err, "movements that are not counted yet")
	}
	told := map[uuid.UUID]bool{}
	for _, t := range travellers {
		entry := audit.Actor{ID: "visadesk", Name: "visadesk", Role: "system"}.Entry(s.clock(), audit.Consultation, "traveller", t.String())
		h, err := s.o.Histories.History(ctx, t, stayPurpose, entry)
		if err != nil {
			return past, wrap(err, "history of a traveller")
		}
		add(&past, h, told)
	}
	return past, nil
}

// add adds what a history holds against somebody; several travellers may be one person, whose stays are told once.
func add(past *desk.Past, h central.History, told map[uuid.UUID]bool) {
	for _, line := range h.Stays {
		if line.Entry == nil || line.Overstay == 0 || told[line.Entry.ID] {
			continue
		}
		told[line.Entry.ID] = true
		o := desk.Overstay{Entry: line.Entry.ID, Station: line.Entry.Station, From: line.From, Days: line.Overstay, Open: line.Open}
		past.Overstays = append(past.Overstays, o)
	}
	for _, e := range h.Events {
		if e.Verdict != border.Refuse || e.AnnulledAt != nil || e.Voided || told[e.CrossingID] {
			continue
		}
		told[e.CrossingID] = true
		r := desk.BorderRefusal{Crossing: e.CrossingID, Station: e.Station, On: traveldoc.DateOf(e.Local()), Reason: e.Reason}
		past.Refusals = append(past.Refusals, r)
	}
}

// travellers are who the applicant may be, by document first.
func (s *Store) travellers(ctx context.Context, a *evisa.Application) ([]uuid.UUID, error) {
	words := strings.Fields(traveldoc.FoldName(a.Identity.Surname + " " + a.Identity.GivenNames))
	born := a.Identity.BirthDate.String()
	if a.Identity.BirthDate.IsZero() {
		born, words = "", nil
	}
	rows, err := s.o.DB.Pool.Query(ctx, `
		SELECT DISTINCT ON (traveller_id) traveller_id FROM (
			SELECT traveller_id FROM traveller_document WHERE doc_no = $1 AND issuing_state = $2 AND $1 <> '' AND ($3 = '' OR birth_date = $3)
			UNION ALL
			SELECT w.traveller_id FROM (
				SELECT traveller_id FROM traveller_word WHERE word = ANY ($4) GROUP BY traveller_id HAVING count(*) = $5 AND $5 > 0) w
			WHERE EXISTS (SELECT FROM crossing c WHERE c.traveller_id = w.traveller_id AND c.birth_date = $3)
		) t LIMIT $6`,
		traveldoc.FoldNumber(a.Document.Number), a.Document.IssuingState, born, words, distinct(words), mostTravellers+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func distinct(words []string) int {
	seen := map[string]bool{}
	for _, w := range words {
		seen[w] = true
	}
	return len(seen)
}
