package centraldb_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// oracle works out from all events together, slowly and in its own plain way, what the centre keeps step by step. It shares no code
// with it: persons by relabelling until nothing changes, lawful days by counting one day after the other.
type oracle struct {
	crossings  map[uuid.UUID]border.CrossingEvent
	undone     map[uuid.UUID]bool
	records    []border.Record
	superseded map[uuid.UUID]bool
}

func newOracle(t require.TestingT, histories [][]replication.Event) *oracle {
	o := &oracle{crossings: map[uuid.UUID]border.CrossingEvent{}, undone: map[uuid.UUID]bool{}, superseded: map[uuid.UUID]bool{}}
	for _, events := range histories {
		for _, e := range events {
			o.take(t, e)
		}
	}
	return o
}

func (o *oracle) take(t require.TestingT, e replication.Event) {
	switch {
	case e.Kind == border.KindCrossing:
		var c border.CrossingEvent
		require.NoError(t, json.Unmarshal(e.Payload, &c))
		o.crossings[c.CrossingID] = c
	case e.Kind == border.KindCorrection:
		var c border.CorrectionEvent
		require.NoError(t, json.Unmarshal(e.Payload, &c))
		o.undone[c.CrossingID] = true
	case border.RecordKind(e.Kind).Valid():
		var r border.Record
		if json.Unmarshal(e.Payload, &r) != nil || r.Station == "nowhere" {
			return // made to be parked
		}
		o.records = append(o.records, r)
		for _, id := range r.Supersedes {
			o.superseded[id] = true
		}
	}
}

func bodyOf[T any](t require.TestingT, r border.Record) (body T) {
	require.NoError(t, json.Unmarshal(r.Body, &body))
	return body
}

// files gives every file the smallest file of those that documents join it with.
func (o *oracle) files(t require.TestingT) map[uuid.UUID]uuid.UUID {
	label := map[uuid.UUID]uuid.UUID{}
	shown := map[string][]uuid.UUID{}
	see := func(id uuid.UUID, who traveldoc.Identity, doc traveldoc.Document) {
		label[id] = id
		if number := traveldoc.FoldNumber(doc.Number); number != "" {
			key := number + "/" + doc.IssuingState + "/" + who.BirthDate.String()
			shown[key] = append(shown[key], id)
		}
	}
	for _, c := range o.crossings {
		see(c.TravellerID, c.Identity, c.Document)
	}
	for _, r := range o.records {
		switch r.Kind {
		case border.FileLinked:
			l := bodyOf[file.Link](t, r)
			label[r.File], label[l.A], label[l.B] = r.File, l.A, l.B
		case border.MovementSupplied:
			s := bodyOf[file.Supplied](t, r)
			see(r.File, s.Identity, s.Document)
		case border.ProtectionEvent:
		default:
			label[r.File] = r.File
		}
	}
	for id := range label {
		label[id] = id
	}
	for changed := true; changed; {
		changed = false
		for _, together := range shown {
			for _, id := range together {
				if low := lower(label[id], label[together[0]]); label[id] != low || label[together[0]] != low {
					label[id], label[together[0]], changed = low, low, true
				}
			}
		}
	}
	return label
}

func lower(a, b uuid.UUID) uuid.UUID {
	if bytes.Compare(a[:], b[:]) < 0 {
		return a
	}
	return b
}

// persons joins what people said is one person, unless the words contradict each other.
func (o *oracle) persons(t require.TestingT) (person, byDocument map[uuid.UUID]uuid.UUID, conflict bool) {
	byDocument = o.files(t)
	type pair [2]uuid.UUID
	said := map[pair]map[file.LinkVerdict]bool{}
	for _, r := range o.records {
		if r.Kind != border.FileLinked || o.superseded[r.ID] {
			continue
		}
		l := bodyOf[file.Link](t, r)
		a, b := byDocument[l.A], byDocument[l.B]
		if a == b {
			conflict = conflict || l.Verdict == file.Different
			continue
		}
		p := pair{lower(a, b), a}
		if p[0] == a {
			p[1] = b
		}
		if said[p] == nil {
			said[p] = map[file.LinkVerdict]bool{}
		}
		said[p][l.Verdict] = true
	}
	root := map[uuid.UUID]uuid.UUID{}
	for _, id := range byDocument {
		root[id] = id
	}
	for changed := true; changed; {
		changed = false
		for p, verdicts := range said {
			if len(verdicts) == 1 && verdicts[file.Same] {
				if low := lower(root[p[0]], root[p[1]]); root[p[0]] != low || root[p[1]] != low {
					root[p[0]], root[p[1]], changed = low, low, true
				}
			}
		}
	}
	broken := map[uuid.UUID]bool{}
	for p, verdicts := range said {
		conflict = conflict || len(verdicts) > 1
		if len(verdicts) == 1 && verdicts[file.Different] && root[p[0]] == root[p[1]] {
			broken[root[p[0]]], conflict = true, true
		}
	}
	person = map[uuid.UUID]uuid.UUID{}
	for id, first := range byDocument {
		if person[id] = root[first]; broken[root[first]] {
			person[id] = first
		}
	}
	return person, byDocument, conflict
}

// movements are the standing entries and exits of each person, in order of time, and those that fell.
func (o *oracle) movements(t require.TestingT, person map[uuid.UUID]uuid.UUID) (standing map[uuid.UUID][]stay.Movement, fallen map[uuid.UUID][]uuid.UUID) {
	standing, fallen = map[uuid.UUID][]stay.Movement{}, map[uuid.UUID][]uuid.UUID{}
	void := map[uuid.UUID]bool{}
	for _, r := range o.records {
		if r.Kind == border.MovementVoided && !o.superseded[r.ID] {
			void[bodyOf[file.Voided](t, r).Movement] = true
		}
	}
	add := func(who uuid.UUID, m stay.Movement, fell bool) {
		if fell {
			fallen[who] = append(fallen[who], m.ID)
			return
		}
		standing[who] = append(standing[who], m)
	}
	for id, c := range o.crossings {
		if c.Decision.Verdict != border.Admit {
			continue
		}
		m := stay.Movement{
			ID: id, Direction: c.Direction, At: c.CrossedAt, Date: c.LocalDate, Station: c.Station, Category: c.Category, Basis: c.Basis,
			Nationality: c.Identity.Nationality,
		}
		if c.Grant != nil && c.Direction == border.Entry {
			m.Until = c.Grant.Until
		}
		add(person[c.TravellerID], m, o.undone[id] || void[id])
	}
	for _, r := range o.records {
		if r.Kind == border.MovementSupplied {
			m := bodyOf[file.Supplied](t, r).Movement
			m.Origin = r.Origin
			add(person[r.File], m, o.superseded[r.ID] || void[r.ID])
		}
	}
	for _, list := range standing {
		slices.SortFunc(list, func(a, b stay.Movement) int { return a.At.Compare(b.At) })
	}
	return standing, fallen
}

// authorisations are the standing changes of authorisation of each person.
func (o *oracle) authorisations(t require.TestingT, person map[uuid.UUID]uuid.UUID) map[uuid.UUID][]stay.Authorisation {
	out := map[uuid.UUID][]stay.Authorisation{}
	for _, r := range o.records {
		if r.Kind == border.AuthorisationChanged && !o.superseded[r.ID] {
			out[person[r.File]] = append(out[person[r.File]], bodyOf[file.Authorisation](t, r).Authorisation)
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b stay.Authorisation) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	}
	return out
}

// overstayer is a line of the list as the oracle has it.
type overstayer struct {
	Entry      uuid.UUID
	LastLawful string
	DaysOver   int
}

// overstayers are all who are inside after their last lawful day.
func (o *oracle) overstayers(t require.TestingT, now time.Time) []overstayer {
	person, _, _ := o.persons(t)
	moves, _ := o.movements(t, person)
	changes := o.authorisations(t, person)
	list := []overstayer{}
	for who, m := range moves {
		entry := m[len(m)-1]
		if entry.Direction != border.Entry {
			continue
		}
		last := lastLawful(m, changes[who])
		zone, err := time.LoadLocation("Europe/Paris")
		require.NoError(t, err)
		days := int(traveldoc.DateOf(now.In(zone)).First().Sub(last).Hours()) / 24
		if !last.IsZero() && days > 0 {
			list = append(list, overstayer{entry.ID, last.Format(time.DateOnly), days})
		}
	}
	sortOverstayers(list)
	return list
}

func sortOverstayers(list []overstayer) {
	slices.SortFunc(list, func(a, b overstayer) int {
		return cmp.Or(cmp.Compare(a.LastLawful, b.LastLawful), bytes.Compare(a.Entry[:], b.Entry[:]))
	})
}

// lastLawful counts 90 in any 180 days, one day after the other, from the last movement, which is an entry. Only days that are
// proven count: of an entry or an exit without its counterpart that day alone. Zero: nothing bounds the stay.
func lastLawful(moves []stay.Movement, changes []stay.Authorisation) time.Time {
	used := map[time.Time]bool{}
	var inside *stay.Movement
	for i := range moves {
		m := &moves[i]
		switch {
		case m.Direction == border.Entry:
			if m.Basis.Counts() && i < len(moves)-1 {
				used[m.Date.First()] = true
			}
			inside = m
		case inside == nil:
			if m.Basis.Counts() {
				used[m.Date.First()] = true
			}
		default:
			for d := inside.Date.First(); inside.Basis.Counts() && !d.After(m.Date.First()); d = d.AddDate(0, 0, 1) {
				used[d] = true
			}
			inside = nil
		}
	}
	entry := moves[len(moves)-1]
	first := entry.Date.First()
	end := time.Time{}
	if entry.Basis.Counts() {
		for end = first; ; end = end.AddDate(0, 0, 1) {
			used[end] = true
			n := 0
			for back := range 180 {
				if used[end.AddDate(0, 0, -back)] {
					n++
				}
			}
			if n > 90 {
				end = end.AddDate(0, 0, -1)
				break
			}
		}
	}
	if until := entry.Until.First(); !entry.Until.IsZero() && (end.IsZero() || until.Before(end)) {
		end = until
	}
	// Only extensions of the open stay are written (see the generator): each lasts from its decision on.
	for _, c := range changes {
		if on := c.On.First(); !on.Before(first) && !c.At.Before(entry.At) && !end.IsZero() && c.Until.First().After(end) {
			end = c.Until.First()
		}
	}
	return end
}

// published are the rows of dataset "files" that the stations are to be told.
func (o *oracle) published(t require.TestingT) map[string]string {
	person, byDocument, _ := o.persons(t)
	moves, fallen := o.movements(t, person)
	changes := o.authorisations(t, person)
	rows := map[uuid.UUID]*file.Published{}
	for id, who := range person {
		if len(moves[who]) == 0 && len(fallen[who]) == 0 {
			continue
		}
		if rows[who] == nil {
			rows[who] = &file.Published{File: who, History: stay.History{Movements: moves[who], Authorisations: changes[who]}, Voided: fallen[who]}
		}
		rows[who].Members = append(rows[who].Members, id)
	}
	o.addPapers(t, rows, person, byDocument)
	o.addLinks(t, rows, person)
	out := map[string]string{}
	for who, row := range rows {
		sortIDs(row.Members)
		sortIDs(row.Voided)
		if len(row.Members) == 1 {
			row.Members = nil
		}
		text, err := json.Marshal(row)
		require.NoError(t, err)
		out[who.String()] = string(text)
	}
	return out
}

func sortIDs(ids []uuid.UUID) {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

func (o *oracle) addPapers(t require.TestingT, rows map[uuid.UUID]*file.Published, person, byDocument map[uuid.UUID]uuid.UUID) {
	papers := map[uuid.UUID]map[string]file.Paper{}
	add := func(id uuid.UUID, who traveldoc.Identity, doc traveldoc.Document) {
		p := file.Paper{Identity: who, Document: doc, File: byDocument[id]}
		text, err := json.Marshal(p)
		require.NoError(t, err)
		if papers[person[id]] == nil {
			papers[person[id]] = map[string]file.Paper{}
		}
		papers[person[id]][string(text)] = p
	}
	for _, c := range o.crossings {
		add(c.TravellerID, c.Identity, c.Document)
	}
	for _, r := range o.records {
		if r.Kind == border.MovementSupplied {
			s := bodyOf[file.Supplied](t, r)
			add(r.File, s.Identity, s.Document)
		}
	}
	for who, row := range rows {
		texts := slices.Sorted(maps.Keys(papers[who]))
		row.Papers = []file.Paper{}
		for _, text := range texts {
			row.Papers = append(row.Papers, papers[who][text])
		}
		slices.SortStableFunc(row.Papers, func(a, b file.Paper) int { return bytes.Compare(a.File[:], b.File[:]) })
	}
}

func (o *oracle) addLinks(t require.TestingT, rows map[uuid.UUID]*file.Published, person map[uuid.UUID]uuid.UUID) {
	links := map[uuid.UUID]map[uuid.UUID]file.StandingLink{}
	for _, r := range o.records {
		if r.Kind != border.FileLinked || o.superseded[r.ID] {
			continue
		}
		l := file.StandingLink{ID: r.ID, At: r.EventTime, Supersedes: r.Supersedes, Link: bodyOf[file.Link](t, r)}
		for _, who := range []uuid.UUID{person[l.A], person[l.B]} {
			if links[who] == nil {
				links[who] = map[uuid.UUID]file.StandingLink{}
			}
			links[who][r.ID] = l
		}
	}
	for who, row := range rows {
		for _, l := range links[who] {
			row.Links = append(row.Links, l)
		}
		slices.SortFunc(row.Links, func(a, b file.StandingLink) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	}
}
