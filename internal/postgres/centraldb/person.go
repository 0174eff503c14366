package centraldb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// person is everything that the projector computes one person from: his travellers, their files and papers, and what stands of
// their movements.
type person struct {
	travellers []uuid.UUID
	files      []uuid.UUID // sorted; the first names him
	byDocument union       // travellers whom a document joins
	shown      []shownPapers
	papers     []json.RawMessage // file.Paper, sorted
	history    stay.History
	zones      map[uuid.UUID]string // of the posts of movements
	supplied   map[uuid.UUID]bool   // movements that a record supplied
	voided     []uuid.UUID
	lastVoided time.Time // of the latest movement that does not stand
	links      []file.StandingLink
	prints     []string // stations that hold prints of him
	said       []fingerWord
	absent     []file.FingerWord // of said, what stands
	timeline   stay.Timeline
}

// shownPapers are the files and papers of one traveller of a person.
type shownPapers struct {
	traveller uuid.UUID
	files     []uuid.UUID
	papers    []string
}

// key is the smallest file of the person.
func (p *person) key() uuid.UUID { return p.files[0] }

// readPersons loads the persons of a scope, all at once.
func readPersons(ctx context.Context, tx pgx.Tx, s scope) ([]*person, error) {
	l := &loader{of: map[uuid.UUID]*person{}}
	for _, members := range s.members {
		p := &person{
			travellers: distinctIDs(members), zones: map[uuid.UUID]string{}, supplied: map[uuid.UUID]bool{}, byDocument: union{},
		}
		l.persons = append(l.persons, p)
		if len(p.travellers) > 1 {
			l.joined = append(l.joined, p.travellers...)
		}
		for _, id := range p.travellers {
			l.of[id] = p
			l.travellers = append(l.travellers, id)
		}
	}
	ask := new(pgx.Batch)
	l.queueEdges(ask)
	l.queueFiles(ask)
	l.queueMovements(ask)
	l.queueAuthorisations(ask)
	l.queueLinks(ask)
	l.queuePrints(ask)
	l.queueAbsent(ask)
	if err := tx.SendBatch(ctx, ask).Close(); err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	l.persons = slices.DeleteFunc(l.persons, func(p *person) bool { return len(p.files) == 0 })
	for _, p := range l.persons {
		p.sort()
		if err := p.sortPapers(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(l.persons, func(a, b *person) int { return compareIDs(a.key(), b.key()) })
	return l.persons, nil
}

// sort makes what is published the same, whatever came first.
func (p *person) sort() {
	slices.SortFunc(p.files, compareIDs)
	slices.SortFunc(p.voided, compareIDs)
	slices.SortFunc(p.history.Movements, func(a, b stay.Movement) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return compareIDs(a.ID, b.ID)
	})
	slices.SortFunc(p.history.Authorisations, func(a, b stay.Authorisation) int { return compareIDs(a.ID, b.ID) })
	slices.SortFunc(p.links, func(a, b file.StandingLink) int { return compareIDs(a.ID, b.ID) })
	slices.Sort(p.prints)
	p.prints = slices.Compact(p.prints)
	p.absent = lastWords(p.said)
	p.links = slices.CompactFunc(p.links, func(a, b file.StandingLink) bool { return a.ID == b.ID })
}

// loader reads into the persons of many travellers.
type loader struct {
	persons    []*person
	travellers []uuid.UUID
	joined     []uuid.UUID // those who are not alone
	of         map[uuid.UUID]*person
}

func (l *loader) queueEdges(ask *pgx.Batch) {
	if len(l.joined) == 0 {
		return
	}
	ask.Queue(`SELECT a, b FROM traveller_edge WHERE a = ANY($1)`, l.joined).Query(func(rows pgx.Rows) error {
		var a, b uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&a, &b}, func() error {
			l.of[a].byDocument.join(a, b)
			return nil
		})
		return err
	})
}

func (l *loader) queueFiles(ask *pgx.Batch) {
	ask.Queue(`SELECT f.file_id, f.files, f.papers::text[] FROM unnest($1::uuid[]) AS t(id) JOIN traveller_file f ON f.file_id = t.id`,
		l.travellers).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var files []uuid.UUID
		var papers []string
		_, err := pgx.ForEachRow(rows, []any{&id, &files, &papers}, func() error {
			p, all := l.of[id], append([]uuid.UUID{id}, files...)
			p.files = append(p.files, all...)
			p.shown = append(p.shown, shownPapers{id, all, slices.Clone(papers)})
			return nil
		})
		return err
	})
}

// sortPapers puts the papers in order, each once, under the smallest of the files that its documents join.
func (p *person) sortPapers() error {
	first, texts := map[uuid.UUID]uuid.UUID{}, map[uuid.UUID][]string{}
	for _, s := range p.shown {
		root := p.byDocument.root(s.traveller)
		for _, id := range s.files {
			if low, has := first[root]; !has || compareIDs(id, low) < 0 {
				first[root] = id
			}
		}
		texts[root] = append(texts[root], s.papers...)
	}
	p.papers = []json.RawMessage{}
	roots := slices.SortedFunc(maps.Keys(texts), func(a, b uuid.UUID) int { return compareIDs(first[a], first[b]) })
	for _, root := range roots {
		slices.Sort(texts[root])
		for _, text := range slices.Compact(texts[root]) {
			body, isObject := strings.CutSuffix(text, "}")
			if !isObject {
				return fmt.Errorf("stored paper of traveller %s is no object", root)
			}
			// The stored paper is file.Paper without the file, which is its last field.
			p.papers = append(p.papers, json.RawMessage(body+`,"file":"`+first[root].String()+`"}`))
		}
	}
	return nil
}

// readPapers are the papers as values.
func (p *person) readPapers() ([]file.Paper, error) {
	papers := make([]file.Paper, len(p.papers))
	for i, text := range p.papers {
		if err := json.Unmarshal(text, &papers[i]); err != nil {
			return nil, fmt.Errorf("stored paper of person %s: %w", p.key(), err)
		}
	}
	return papers, nil
}

// queueMovements reads movements with the word whether they stand: they do not when they were annulled, voided by a record that
// stands, or supplied by a record that does not.
func (l *loader) queueMovements(ask *pgx.Batch) {
	ask.Queue(`
		SELECT m.traveller_id, m.id, m.at, m.entry, m.supplied, m.date, m.until, m.station, m.zone, m.provenance, m.category, m.basis, m.nationality,
			m.annulled OR (m.supplied AND EXISTS (SELECT FROM record_superseded s WHERE s.record_id = m.id)) OR EXISTS (
				SELECT FROM movement_void v WHERE v.movement_id = m.id
				AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = v.record_id))
		FROM unnest($1::uuid[]) AS t(id) JOIN movement m ON m.traveller_id = t.id`, l.travellers).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := l.addMovement(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func (l *loader) addMovement(rows pgx.Rows) error {
	var traveller uuid.UUID
	var entry, supplied, fallen bool
	var date, until, zone string
	m := stay.Movement{Direction: border.Exit}
	err := rows.Scan(&traveller, &m.ID, &m.At, &entry, &supplied, &date, &until, &m.Station, &zone, &m.Origin, &m.Category, &m.Basis,
		&m.Nationality, &fallen)
	if err != nil {
		return err
	}
	p := l.of[traveller]
	if fallen {
		p.voided = append(p.voided, m.ID)
		if m.At.After(p.lastVoided) {
			p.lastVoided = m.At.UTC()
		}
		return nil
	}
	if entry {
		m.Direction = border.Entry
	}
	m.At = m.At.UTC()
	for into, text := range map[*traveldoc.Date]string{&m.Date: date, &m.Until: until} {
		if *into, err = traveldoc.ParseDate(text); err != nil {
			return fmt.Errorf("date of movement %s: %w", m.ID, err)
		}
	}
	p.zones[m.ID], p.supplied[m.ID] = zone, supplied
	p.history.Movements = append(p.history.Movements, m)
	return nil
}

func (l *loader) queueAuthorisations(ask *pgx.Batch) {
	ask.Queue(`
		SELECT a.traveller_id, a.body FROM authorisation a WHERE a.traveller_id = ANY($1)
		AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = a.record_id)`, l.travellers).Query(func(rows pgx.Rows) error {
		var traveller uuid.UUID
		var body []byte
		_, err := pgx.ForEachRow(rows, []any{&traveller, &body}, func() error {
			var change stay.Authorisation
			if err := json.Unmarshal(body, &change); err != nil {
				return fmt.Errorf("stored authorisation of traveller %s: %w", traveller, err)
			}
			p := l.of[traveller]
			p.history.Authorisations = append(p.history.Authorisations, change)
			return nil
		})
		return err
	})
}

// queueLinks reads the standing links of all travellers, with the persons at both of their ends.
func (l *loader) queueLinks(ask *pgx.Batch) {
	ask.Queue(`
		SELECT l.a, l.b, l.link FROM file_link l WHERE (l.a = ANY($1) OR l.b = ANY($1))
		AND NOT EXISTS (SELECT FROM record_superseded s WHERE s.record_id = l.record_id)`, l.travellers).Query(func(rows pgx.Rows) error {
		var a, b uuid.UUID
		var body []byte
		_, err := pgx.ForEachRow(rows, []any{&a, &b, &body}, func() error {
			var link file.StandingLink
			if err := json.Unmarshal(bytes.Clone(body), &link); err != nil {
				return fmt.Errorf("stored link of traveller %s: %w", a, err)
			}
			link.At = link.At.UTC()
			for _, end := range []*person{l.of[a], l.of[b]} {
				if end != nil {
					end.links = append(end.links, link)
				}
			}
			return nil
		})
		return err
	})
}

// queuePrints reads at which stations prints of the travellers are references: what others are compared with.
func (l *loader) queuePrints(ask *pgx.Batch) {
	ask.Queue(`SELECT DISTINCT e.traveller_id, e.station FROM finger_enrolment e WHERE e.traveller_id = ANY($1) AND e.state = 'enrolled'
		AND EXISTS (SELECT FROM biometric.print p WHERE p.link = e.link AND p.station = e.station AND p.state = 'reference')
		AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.link = e.link)`,
		l.travellers).Query(func(rows pgx.Rows) error {
		var traveller uuid.UUID
		var station string
		_, err := pgx.ForEachRow(rows, []any{&traveller, &station}, func() error {
			l.of[traveller].prints = append(l.of[traveller].prints, station)
			return nil
		})
		return err
	})
}

// latest is the latest standing movement; nil when none stands.
func (p *person) latest() *stay.Movement {
	if n := len(p.history.Movements); n > 0 {
		return &p.history.Movements[n-1]
	}
	return nil
}

// today is the calendar day of an instant in a zone.
func today(now time.Time, zone *time.Location) traveldoc.Date { return traveldoc.DateOf(now.In(zone)) }
