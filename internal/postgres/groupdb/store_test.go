package groupdb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/groupdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

var officer = audit.Actor{ID: "0197-one", Name: "officer.one", Role: "officer", Post: "test-land", Lane: "1"}

// list is an alert check that knows one name.
type list struct{}

func (list) Name() string { return "alerts.national" }

func (list) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	if s.Identity.Surname != "WANTED" {
		return border.Finding{Outcome: border.NoHit}, nil
	}
	return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_name", Severity: border.SecondLine}}}, nil
}

type post struct {
	db     *postgres.DB
	desk   *border.Desk
	groups *group.Groups
	now    time.Time
	woken  int
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), now: bordertest.Noon}
	now := func() time.Time { return p.now }
	p.desk = border.NewDesk(border.DeskConfig{
		Post: border.Post{Station: "test-land", Zone: time.UTC, Mode: border.Land}, Store: stationdb.New(p.db, uuid.New, func() {}),
		Plan: []border.Planned{{Check: list{}, Deadline: time.Minute}}, Undo: time.Minute, Now: now, NewID: uuid.New,
	})
	p.groups = group.New(group.Config{Desk: p.desk, Store: groupdb.New(p.db, func() { p.woken++ }), Now: now, NewID: uuid.New})
	return p
}

func (p *post) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM ("+query+") AS counted", args...).Scan(&n))
	return n
}

func day(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func (p *post) scan(t testing.TB, g uuid.UUID, surname, number string) *border.Inspection {
	t.Helper()
	i, err := p.desk.Open(t.Context(), officer, border.ScanInput{
		Direction: border.Entry, Mode: border.Land,
		Identity:      traveldoc.Identity{Surname: surname, GivenNames: "ANNA", Nationality: "UTO", BirthDate: day(t, "1990-01-01")},
		Document:      traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: day(t, "2031-01-01")},
		Circumstances: border.Circumstances{Group: g},
	})
	require.NoError(t, err)
	<-i.Done()
	return i
}

func (p *post) state(t testing.TB, id uuid.UUID) group.Tally {
	t.Helper()
	_, tally, err := p.groups.State(t.Context(), officer, id)
	require.NoError(t, err)
	return tally
}

func bus(t testing.TB, people int) group.Group {
	t.Helper()
	text := "Name;Birth date;Document;Nationality\n"
	for n := range people {
		text += fmt.Sprintf("P%d ANNA;1990-01-01;N%d;UTO\n", n+1, n+1)
	}
	m, err := group.Parse(text + "SOMEBODY;13-13-13")
	require.NoError(t, err)
	return group.Group{Kind: group.Bus, Label: " KCA 123X ", Direction: border.Entry, Manifest: m}
}

// A bus of 40: scanned backwards, one is on the list, one is missing, one is not on the manifest.
func TestABusOf40(t *testing.T) {
	p := open(t)
	g, err := p.groups.Open(t.Context(), officer, bus(t, 40))
	require.NoError(t, err)
	require.Equal(t, "KCA 123X", g.Label)
	for n := 40; n > 2; n-- {
		p.scan(t, g.ID, fmt.Sprintf("P%d", n), fmt.Sprintf("N%d", n))
	}
	wanted := p.scan(t, g.ID, "WANTED", "N2")
	stranger := p.scan(t, g.ID, "ZAZA", "X1")
	got, tally, err := p.groups.Look(t.Context(), officer, g.ID)
	require.NoError(t, err)
	require.Len(t, got.Manifest.Unusable, 1, "what could not be read is kept")
	require.Equal(t, map[group.State]int{group.Hit: 1, group.Stranger: 1, group.Clean: 38, group.Missing: 1}, tally.Count)
	require.Equal(t, []group.State{group.Hit, group.Stranger}, []group.State{tally.Members[0].State, tally.Members[1].State})

	admitted, left, err := p.groups.AdmitClean(t.Context(), officer, g.ID)
	require.NoError(t, err)
	require.Equal(t, []int{38, 0}, []int{admitted, left})
	require.Equal(t, 38, p.count(t, `SELECT FROM crossing`), "a record for each person")
	require.Equal(t, 38, p.count(t, `SELECT FROM decision WHERE event ->> 'group' = $1`, g.ID.String()))
	_, _, err = p.groups.AdmitClean(t.Context(), officer, g.ID)
	require.Equal(t, problem.Conflict, problem.KindOf(err), "nobody is admitted twice, and nobody who is not clean")

	_, err = p.groups.Close(t.Context(), officer, g.ID, map[int]string{0: "not_on_board"}, "")
	require.ErrorIs(t, err, group.ErrWaiting)
	_, err = p.desk.Decide(t.Context(), officer, wanted.Scan.ID, border.Decision{Verdict: border.Refer, Reason: "hit"})
	require.NoError(t, err)
	_, err = p.desk.Decide(t.Context(), officer, stranger.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)
	for _, wrong := range []struct {
		missing   map[int]string
		strangers string
		field     string
	}{{nil, "joined_on_the_way", "reason-0"}, {map[int]string{1: "vanished"}, "joined_on_the_way", "reason-0"}, {map[int]string{2: "not_on_board"}, "", "strangers"}} {
		_, err = p.groups.Close(t.Context(), officer, g.ID, wrong.missing, wrong.strangers)
		var known *problem.Error
		require.ErrorAs(t, err, &known)
		require.Equal(t, wrong.field, known.Field)
	}
	closing, err := p.groups.Close(t.Context(), officer, g.ID, map[int]string{0: "crosses_elsewhere", 2: "not_on_board"}, "joined_on_the_way")
	require.NoError(t, err)
	require.Equal(t, []int{39, 1}, []int{closing.Crossed, closing.Referred})
	require.Equal(t, map[int]string{2: "not_on_board"}, closing.Reasons, "line 2 of the text names P1, who never came")
	_, err = p.groups.Close(t.Context(), officer, g.ID, map[int]string{0: "not_on_board"}, "joined_on_the_way")
	require.ErrorIs(t, err, group.ErrClosed)
	_, _, err = p.groups.AdmitClean(t.Context(), officer, g.ID)
	require.ErrorIs(t, err, group.ErrClosed)

	require.Equal(t, 3, p.count(t, `SELECT FROM record WHERE kind = 'group.event' AND subject = $1`, g.ID))
	require.Equal(t, 3, p.count(t, `SELECT FROM outbox WHERE kind = 'group.event'`))
	require.Equal(t, 3, p.woken)
	require.Equal(t, 4, p.count(t, `SELECT FROM audit WHERE object_kind = 'group' AND object_id = $1`, g.ID.String()))
	var body []byte
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT body FROM record WHERE kind = 'group.event' AND body ->> 'kind' = 'admitted'`).Scan(&body))
	var event group.Event
	require.NoError(t, json.Unmarshal(body, &event))
	require.Len(t, event.Crossings, 38)
}

func TestAGroupIsCancelledAndBothRecordsStay(t *testing.T) {
	p := open(t)
	g, err := p.groups.Open(t.Context(), officer, group.Group{Kind: group.Family, Size: 3, Direction: border.Entry})
	require.NoError(t, err)
	for n := range 3 {
		p.scan(t, g.ID, "ABA", fmt.Sprintf("N%d", n+1))
	}
	_, _, err = p.groups.Cancel(t.Context(), officer, g.ID, "wrong_key")
	require.Equal(t, problem.Conflict, problem.KindOf(err), "nobody has crossed")
	_, _, err = p.groups.AdmitClean(t.Context(), officer, g.ID)
	require.NoError(t, err)
	_, _, err = p.groups.Cancel(t.Context(), officer, g.ID, "mood")
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	undone, left, err := p.groups.Cancel(t.Context(), officer, g.ID, "wrong_traveller")
	require.NoError(t, err)
	require.Equal(t, []int{3, 0}, []int{undone, left})
	require.Equal(t, []int{3, 3}, []int{p.count(t, `SELECT FROM crossing`), p.count(t, `SELECT FROM correction`)})
	lane, err := p.desk.Lane(t.Context(), officer, 0)
	require.NoError(t, err)
	for _, i := range lane.Waiting {
		<-i.Done()
	}
	require.Equal(t, map[group.State]int{group.Clean: 3, group.Missing: 0}, p.state(t, g.ID).Count, "they stand in the lane again")
	_, _, err = p.groups.AdmitClean(t.Context(), officer, g.ID)
	require.NoError(t, err)
	p.now = p.now.Add(time.Hour)
	undone, left, err = p.groups.Cancel(t.Context(), officer, g.ID, "wrong_key")
	require.NoError(t, err)
	require.Equal(t, []int{0, 3}, []int{undone, left}, "what can be undone no more is told")
	require.Equal(t, 3, p.state(t, g.ID).Count[group.Crossed])
}

func TestAGroupBelongsToItsLane(t *testing.T) {
	p := open(t)
	g, err := p.groups.Open(t.Context(), officer, group.Group{Kind: group.Family, Size: 2, Direction: border.Entry})
	require.NoError(t, err)
	other := officer
	other.Lane = "2"
	_, _, err = p.groups.State(t.Context(), other, g.ID)
	require.ErrorIs(t, err, group.ErrNone)
	_, _, err = p.groups.State(t.Context(), officer, uuid.New())
	require.ErrorIs(t, err, group.ErrNone)
	listed, err := p.groups.OpenIn(t.Context(), officer)
	require.NoError(t, err)
	require.Len(t, listed, 1)
	require.Equal(t, g.ID, listed[0].ID)
	listed, err = p.groups.OpenIn(t.Context(), other)
	require.NoError(t, err)
	require.Empty(t, listed)

	for name, wrong := range map[string]group.Group{
		"no kind": {Label: "X"}, "a bus without a manifest": {Kind: group.Bus, Label: "X"},
		"a bus without a plate": {Kind: group.Bus, Manifest: bus(t, 1).Manifest}, "a clan": {Kind: group.Family, Size: 31},
	} {
		_, err := p.groups.Open(t.Context(), officer, wrong)
		require.Equal(t, problem.Invalid, problem.KindOf(err), name)
	}
}

// Who was put aside is no member; who waits in a program that has just started is checked anew.
func TestMembersOverARestart(t *testing.T) {
	p := open(t)
	g, err := p.groups.Open(t.Context(), officer, group.Group{Kind: group.Family, Size: 2, Direction: border.Entry})
	require.NoError(t, err)
	first := p.scan(t, g.ID, "ABA", "N1")
	p.scan(t, g.ID, "ABA", "N2")
	require.NoError(t, p.desk.Dismiss(t.Context(), officer, first.Scan.ID, "misread"))
	require.Equal(t, map[group.State]int{group.Clean: 1, group.Missing: 1}, p.state(t, g.ID).Count)
	require.Equal(t, 1, p.state(t, g.ID).Unnamed)
}

func TestWithWhomAMinorCameIn(t *testing.T) {
	p := open(t)
	minors := groupdb.NewMinors(p.db)
	i := p.scan(t, uuid.Nil, "ABA", "N1")
	entry, err := minors.LastEntry(t.Context(), i.Scan.Identity, i.Scan.Document)
	require.NoError(t, err)
	require.Nil(t, entry)
	adult := &border.Guardian{Surname: "ERIKSSON", GivenNames: "ANNA", Relation: "mother", Consent: "letter"}
	i, err = p.desk.Amend(t.Context(), officer, i.Scan.ID, border.Change{Mode: border.Land, Circumstances: border.Circumstances{Category: border.Minor, Guardian: adult}})
	require.NoError(t, err)
	<-i.Done()
	event, err := p.desk.Decide(t.Context(), officer, i.Scan.ID, border.Decision{Verdict: border.Admit})
	require.NoError(t, err)
	entry, err = minors.LastEntry(t.Context(), i.Scan.Identity, i.Scan.Document)
	require.NoError(t, err)
	require.Equal(t, adult, entry.Guardian)
	_, err = p.desk.Undo(t.Context(), officer, event.CrossingID, "wrong_key")
	require.NoError(t, err)
	entry, err = minors.LastEntry(t.Context(), i.Scan.Identity, i.Scan.Document)
	require.NoError(t, err)
	require.Nil(t, entry, "what was undone is no entry")
}

// However many groups of a lane are open, each is listed: one that nobody sees is never closed.
func TestEveryOpenGroupIsListed(t *testing.T) {
	p := open(t)
	_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO border_group (id, kind, label, size, lane, direction, opened_at, opened_by, manifest)
		SELECT gen_random_uuid(), 'family', 'F' || n, 2, $1, 'entry', $2::timestamptz + interval '1 second' * n, 'olga', '{}' FROM generate_series(1, 70) n`, officer.Lane, p.now)
	require.NoError(t, err)
	listed, err := p.groups.OpenIn(t.Context(), officer)
	require.NoError(t, err)
	require.Len(t, listed, 70)
	require.Equal(t, "F70", listed[0].Label, "the newest first")
}
