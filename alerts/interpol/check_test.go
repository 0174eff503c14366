package interpol_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/breaker"
	"github.com/openbmis/openbmis/traveldoc"
)

// service is a service in the test's hand.
type service struct {
	mu      sync.Mutex
	answer  interpol.Answer
	record  interpol.Record
	fault   error
	hang    bool
	asked   []interpol.Query
	details []string
	probes  int
	filter  []byte
	fetched int
}

func (s *service) Search(ctx context.Context, q interpol.Query) (interpol.Answer, error) {
	s.mu.Lock()
	s.asked = append(s.asked, q)
	hang, answer, fault := s.hang, s.answer, s.fault
	s.mu.Unlock()
	if hang {
		<-ctx.Done()
		return interpol.Answer{}, ctx.Err()
	}
	return answer, fault
}

func (s *service) Detail(_ context.Context, id string) (interpol.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.details = append(s.details, id)
	return s.record, s.fault
}

func (s *service) Probe(context.Context) (interpol.Service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probes++
	return s.answer.Service, s.fault
}

func (s *service) Filter(_ context.Context, held string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetched++
	if held == "3" && s.fault == nil {
		return nil, nil
	}
	return s.filter, s.fault
}

func (s *service) FilterKey(context.Context, string) ([]byte, error) { return secret, nil }

// journal is an audit log.
type journal struct {
	mu      sync.Mutex
	entries []audit.Entry
	fault   error
}

func (j *journal) Write(_ context.Context, e audit.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fault != nil {
		return j.fault
	}
	j.entries = append(j.entries, e)
	return e.Validate()
}

func (j *journal) decisions() (all []string) {
	for _, e := range j.entries {
		all = append(all, e.Decision)
	}
	return all
}

// bench is an adapter with everything around it.
type bench struct {
	*interpol.Adapter
	service *service
	journal *journal
	clock   *clock
	tools   interpol.Tools
}

func settings(kind interpol.Kind) interpol.Settings {
	return interpol.Settings{
		Name: string(kind), Kind: kind, URL: "https://x", Deadline: time.Minute, Parallel: 2, Send: kind.Fields(),
		Breaker: breaker.Settings{Failures: 2, Open: 10 * time.Second, Longest: time.Minute, Probes: 1},
	}
}

func newBench(t *testing.T, s interpol.Settings) *bench {
	t.Helper()
	b := &bench{service: &service{}, journal: &journal{}, clock: newClock()}
	b.service.answer.Service = interpol.Service{Name: "test", Version: "9", AsOf: noon}
	b.tools = interpol.Tools{
		Searcher: b.service, Journal: b.journal, QueryKey: secret, Post: "air-1", Now: b.clock.now, Log: slog.New(slog.DiscardHandler),
		Compare: func(q match.Query, e match.Entry) match.Match { return match.Compare(q, e) },
		Shelf:   interpol.Shelf{Filters: filepath.Join(t.TempDir(), "f"), Keys: filepath.Join(t.TempDir(), "k")},
	}
	b.Adapter = interpol.New(s, b.tools)
	return b
}

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

func traveller(t testing.TB) border.Subject {
	return border.Subject{
		Identity: traveldoc.Identity{Surname: "HALVARSEN", GivenNames: "BRUNO", BirthDate: date(t, "1975-03-14"), Sex: "M", Nationality: "SEN"},
		Document: traveldoc.Document{Code: "P", Number: "AB1234508", IssuingState: "SEN"},
		At:       noon, Today: traveldoc.DateOf(noon), Scan: uuid.MustParse("11111111-1111-4111-8111-111111111111"), Lane: "2",
	}
}

func (b *bench) ask(t *testing.T, s border.Subject) border.Finding {
	t.Helper()
	f, err := interpol.NewCheck(b.Adapter).Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

func listedDocument(id, number, issuer, status string) interpol.Candidate {
	return interpol.Candidate{ID: id, Version: 4, Subject: alerts.Subject{Documents: []alerts.Document{{Type: "P", Number: number, Issuer: issuer, Status: status}}}}
}

func TestADocumentOfSLTD(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.answer.Candidates = []interpol.Candidate{
		listedDocument("S3", "A81234508", "SEN", "lost"), listedDocument("S2", "AB1234508", "SEN", "stolen"), listedDocument("S1", "AB1234508", "FRA", "stolen"),
	}
	f := b.ask(t, traveller(t))
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, border.SecondLine, f.Severity())
	require.Equal(t, border.Source{Name: "interpol.sltd", Version: "9", AsOf: noon}, f.Source)
	heads := byCode(f, "alert_document")
	require.Len(t, heads, 2, "the same number of another State is nobody")
	require.Equal(t, "sltd/S2@4", heads[0].Ref)
	require.Equal(t, "certain", heads[0].Band)
	require.Equal(t, interpol.Shown(traveller(t).Document), heads[0].Found, "which of his documents it is")
	require.Equal(t, "sltd/S3@4", heads[1].Ref)
	require.Equal(t, "probable", heads[1].Band)
	require.Equal(t, match.RelMisread, heads[1].Relation)
	require.Equal(t, "1", byCode(f, interpol.CodeUnlike)[0].Found, "and is told as a note")
	for _, code := range []string{"alert_field", "alert_reason", "alert_action"} { // as of the own lists
		require.NotEmpty(t, byCode(f, code))
		for _, e := range byCode(f, code) {
			require.True(t, e.Restricted, code)
		}
	}
	require.Equal(t, "seize_document", byCode(f, "alert_action")[0].Expected)
	require.Equal(t, []interpol.Query{{Kind: interpol.SLTD, Document: interpol.DocumentQuery{Number: "AB1234508", Issuer: "SEN", Type: "P"}}}, b.service.asked)
	require.Empty(t, b.service.details, "no full report without being asked for")
}

func byCode(f border.Finding, code string) (found []border.Evidence) {
	for _, e := range f.Evidence {
		if e.Code == code {
			found = append(found, e)
		}
	}
	return found
}

func TestADocumentThatWasFoundAgainAsksForAReason(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.answer.Candidates = []interpol.Candidate{listedDocument("S2", "AB1234508", "SEN", interpol.FoundAgain)}
	f := b.ask(t, traveller(t))
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, border.Acknowledge, f.Severity())
}

func person(t testing.TB, id, given, surname, born string, notice interpol.Notice) interpol.Candidate {
	return interpol.Candidate{ID: id, Version: 1, Notice: notice, Subject: alerts.Subject{
		Kind:   alerts.Person,
		Names:  []alerts.Name{{Raw: given + " " + surname, Kind: alerts.Primary, Parts: []alerts.NamePart{{Text: given, Role: alerts.Given}, {Text: surname, Role: alerts.Family}}}},
		Births: []alerts.Birth{{From: date(t, born), To: date(t, born)}},
	}}
}

func TestAPersonIsJudgedByOurOwnMatcher(t *testing.T) {
	s := settings(interpol.Nominals)
	s.Details, s.Actions = 1, map[string]alerts.Action{"red": alerts.ActionDetain}
	b := newBench(t, s)
	b.service.answer.Candidates = []interpol.Candidate{
		person(t, "2020/7", "KARIN", "OTHERWISE", "1931-01-01", interpol.Green), person(t, "2021/9", "BRUNO", "HALVARSEN", "1975-03-14", interpol.Red),
	}
	b.service.record = interpol.Record{Candidate: interpol.Candidate{ID: "2021/9", Safety: []string{"armed"}}}
	f := b.ask(t, traveller(t))
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, match.Version, f.Matcher)
	heads := byCode(f, "alert_match")
	require.Len(t, heads, 1)
	require.Equal(t, "nominals/2021/9@1", heads[0].Ref)
	require.Equal(t, "certain", heads[0].Band)
	require.NotEmpty(t, byCode(f, "alert_field"), "it explains itself")
	require.Equal(t, "detain", byCode(f, "alert_action")[0].Expected, "the country's own word")
	require.Equal(t, "armed", byCode(f, "alert_safety")[0].Expected, "of the full report of a certain match")
	require.Equal(t, []string{"2021/9"}, b.service.details)
	sent := b.service.asked[0]
	require.Equal(t, interpol.Query{Kind: interpol.Nominals, Person: interpol.PersonQuery{Surname: "HALVARSEN", GivenNames: "BRUNO", BirthDate: "1975-03-14"}}, sent)
	name, id, is := interpol.Split(heads[0].Ref)
	require.Equal(t, []any{"nominals", "2021/9", true}, []any{name, id, is})
}

func TestVehiclesAndWhatDoesNotApply(t *testing.T) {
	b := newBench(t, settings(interpol.Vehicles))
	require.False(t, b.ask(t, traveller(t)).Applicable(), "nobody came in a vehicle")
	s := traveller(t)
	s.Vehicle = &border.Vehicle{Plate: "KCA 12O", Country: "EAK"}
	b.service.answer.Candidates = []interpol.Candidate{{ID: "V1", Subject: alerts.Subject{Vehicles: []alerts.Vehicle{{Plate: "KCA-120", Country: "EAK"}}}}}
	f := b.ask(t, s)
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, "vehicles/V1@0", byCode(f, "vehicle_listed")[0].Ref)
	s.Document.Code = border.DocumentPass
	require.False(t, newBench(t, settings(interpol.SLTD)).ask(t, s).Applicable(), "a pass of the own State is in no list of others")
}

func TestTooLittleToAsk(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	s := traveller(t)
	s.Document.IssuingState = ""
	f := b.ask(t, s)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonDataInsufficient, f.Reason)
	require.Empty(t, b.service.asked)
	require.Empty(t, b.journal.entries)
}

func TestEveryQuestionIsInTheAuditLogTwiceAndTellsNothing(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.answer.Candidates = []interpol.Candidate{listedDocument("S2", "AB1234508", "SEN", "stolen")}
	b.ask(t, traveller(t))
	b.service.fault = &interpol.Fault{Reason: border.ReasonUnreachable, Err: errors.New("away")}
	b.ask(t, traveller(t))
	require.Equal(t, []string{"sent", "answered", "sent", border.ReasonUnreachable}, b.journal.decisions())
	first := b.journal.entries[0]
	require.Equal(t, audit.Disclosure, first.Verb)
	require.Equal(t, "interpol.sltd", first.ObjectKind)
	require.Equal(t, traveller(t).Scan.String(), first.ObjectID)
	require.Equal(t, border.PurposeOfControl, first.Purpose)
	require.Equal(t, "sent: [number issuer type]", first.Justification)
	require.Equal(t, []any{"air-1", "2", "service"}, []any{first.Post, first.Lane, first.Role})
	same, err := audit.QueryHMAC(secret, interpol.Query{Kind: interpol.SLTD, Document: interpol.DocumentQuery{Number: "AB1234508", Issuer: "SEN", Type: "P"}}.Terms()...)
	require.NoError(t, err)
	require.Equal(t, same, first.QueryHMAC, "an auditor with the number and the key finds it")
	require.Equal(t, 1, b.journal.entries[1].ResultCount)
	for _, e := range b.journal.entries {
		require.NotContains(t, fmt.Sprintf("%+v", e), "AB1234508")
	}
}

func TestNothingIsSentWithoutItsAuditEntry(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.journal.fault = errors.New("database away")
	f := b.ask(t, traveller(t))
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Empty(t, b.service.asked)
	state, _ := b.State(), 0
	require.Equal(t, breaker.Closed, state.Breaker, "the service has done nothing wrong")
}

func TestAnOutageIsNotChecked(t *testing.T) {
	s := settings(interpol.SLTD)
	s.Deadline, s.Optional = 20*time.Millisecond, true
	b := newBench(t, s)
	b.service.hang = true
	for range 2 {
		f := b.ask(t, traveller(t))
		require.Equal(t, border.NotChecked, f.Outcome)
		require.Equal(t, border.ReasonTimeout, f.Reason)
		require.True(t, f.Optional)
		require.False(t, border.NeedsReason([]border.Finding{f}), "the configuration says that it may be missing")
	}
	f := b.ask(t, traveller(t))
	require.Equal(t, border.ReasonBreakerOpen, f.Reason)
	require.Len(t, b.service.asked, 2, "it is left alone")
	require.False(t, b.State().Answers())

	b.service.hang = false
	b.clock.pass(11 * time.Second)
	require.NoError(t, b.Look(t.Context()), "asked whether it answers, without a traveller")
	require.Equal(t, 1, b.service.probes)
	require.Len(t, b.service.asked, 2)
	state := b.State()
	require.True(t, state.Answers())
	require.Equal(t, b.clock.now(), state.Back)
	require.Equal(t, border.NoHit, b.ask(t, traveller(t)).Outcome)
}

func TestWhoGoesAwayTeachesTheBreakerNothing(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.hang = true
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := b.Search(ctx, interpol.Query{Kind: interpol.SLTD, Document: interpol.DocumentQuery{Number: "A1", Issuer: "SEN"}}, interpol.Asked{Actor: audit.Actor{ID: "x"}})
		require.Error(t, err)
	}
	require.Equal(t, breaker.Closed, b.State().Breaker)
}

func TestASilentServiceIsProbed(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	require.NoError(t, b.Look(t.Context()))
	require.NoError(t, b.Look(t.Context()))
	require.Equal(t, 1, b.service.probes, "heard just now")
	b.clock.pass(time.Minute)
	b.service.fault = &interpol.Fault{Reason: border.ReasonUnreachable, Err: errors.New("away")}
	require.Error(t, b.Look(t.Context()))
	require.Equal(t, border.ReasonUnreachable, b.State().Reason)
	require.Error(t, b.Look(t.Context()))
	require.Equal(t, breaker.Open, b.State().Breaker, "an outage shows before a traveller meets it")
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	many := make([]interpol.Candidate, interpol.MaxCandidates+1)
	for n := range many {
		many[n] = listedDocument(fmt.Sprint("S", n), "X", "SEN", "")
	}
	for name, candidates := range map[string][]interpol.Candidate{
		"no id": {{}}, "an id too long": {{ID: strings.Repeat("x", 31)}}, "an id with @": {{ID: "a@1"}}, "an id with a space": {{ID: "a b"}},
		"twice": {{ID: "a"}, {ID: "a"}}, "a notice that is none": {{ID: "a", Notice: "pink"}}, "too many": many, "a version below 0": {{ID: "a", Version: -1}},
	} {
		b := newBench(t, settings(interpol.SLTD))
		b.service.answer.Candidates = candidates
		f := b.ask(t, traveller(t))
		require.Equal(t, border.NotChecked, f.Outcome, name)
		require.Equal(t, border.ReasonFailed, f.Reason, name)
	}
}

func TestMoreThanWasGivenIsNoNo(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.answer.Candidates, b.service.answer.More = []interpol.Candidate{listedDocument("S1", "X1", "FRA", "")}, true
	f := b.ask(t, traveller(t))
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, border.ReasonListIncomplete, f.Reason)
	b.service.answer.Candidates = append(b.service.answer.Candidates, listedDocument("S2", "AB1234508", "SEN", "stolen"))
	require.Equal(t, border.Hit, b.ask(t, traveller(t)).Outcome)
}

func TestASimulatorIsNamedAsOne(t *testing.T) {
	b := newBench(t, settings(interpol.SLTD))
	b.service.answer.Service.Simulator = true
	require.Equal(t, "interpol.sltd.simulator", b.ask(t, traveller(t)).Source.Name)
	b.service.fault = errors.New("away")
	require.Equal(t, "interpol.sltd.simulator", b.ask(t, traveller(t)).Source.Name, "also while it is away")
}

func TestTheLocalCopyAnswersNoAndNothingElse(t *testing.T) {
	s := settings(interpol.SLTD)
	s.Copy = interpol.CopySettings{Allowed: true, TooOld: time.Hour, Refresh: time.Minute}
	b := newBench(t, s)
	encoded, err := build(t, alerts.Document{Type: "P", Number: "XX7654321", Issuer: "SEN"}).Encode()
	require.NoError(t, err)
	b.service.filter = encoded
	require.NoError(t, b.Look(t.Context()))
	require.Equal(t, "3", b.State().Copy.Version)

	f := b.ask(t, traveller(t))
	require.Equal(t, border.NoHit, f.Outcome)
	require.Equal(t, border.Source{Name: "interpol.sltd", Version: "3", AsOf: noon}, f.Source, "as of its version and age")
	require.Equal(t, interpol.CodeCopy, f.Evidence[0].Code)
	require.Empty(t, b.service.asked)
	require.Empty(t, b.journal.entries, "nothing was sent")

	maybe := traveller(t)
	maybe.Document.Number = "XX7654321"
	require.Equal(t, border.NoHit, b.ask(t, maybe).Outcome)
	require.Len(t, b.service.asked, 1, "what may be on it is asked")
	b.service.fault = errors.New("away")
	require.Equal(t, border.NotChecked, b.ask(t, maybe).Outcome, "and is not checked when asking is impossible")
	require.Equal(t, border.NoHit, b.ask(t, traveller(t)).Outcome, "the copy holds without the service")

	again := interpol.New(s, b.tools)
	require.Equal(t, "3", again.State().Copy.Version, "kept over a stop")

	b.service.fault = nil
	b.clock.pass(50 * time.Minute)
	require.NoError(t, b.Look(t.Context()))
	require.Equal(t, b.clock.now(), b.State().CopyAt, "said to be the newest again")
	b.clock.pass(2 * time.Hour)
	b.ask(t, traveller(t))
	require.Len(t, b.service.asked, 3, "too old: always asked")
}

func TestADamagedOrOlderCopyIsNotTaken(t *testing.T) {
	s := settings(interpol.SLTD)
	s.Copy = interpol.CopySettings{Allowed: true, TooOld: time.Hour, Refresh: time.Second}
	b := newBench(t, s)
	encoded, err := build(t).Encode()
	require.NoError(t, err)
	b.service.filter = slices.Concat(encoded[:40], []byte{1}, encoded[41:])
	require.ErrorIs(t, b.Look(t.Context()), interpol.ErrFilter)
	require.Nil(t, b.State().Copy)
	b.clock.pass(time.Minute)
	b.service.filter = encoded
	require.NoError(t, b.Look(t.Context()))
	older := info()
	older.Version, older.AsOf = "2", noon.Add(-time.Hour)
	f, err := interpol.BuildFilter(older, secret, nil)
	require.NoError(t, err)
	b.service.filter, err = f.Encode()
	require.NoError(t, err)
	b.clock.pass(time.Minute)
	b.service.mu.Lock()
	b.service.fetched = 0
	b.service.mu.Unlock()
	require.NoError(t, b.Look(t.Context()), "the service says that what is held is the newest")
	require.Equal(t, "3", b.State().Copy.Version)
}
