package fingers_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/fingerstest"
	"github.com/openbmis/openbmis/internal/audit"
)

// failing is an engine that has no answer.
type failing struct {
	abis.Engine
	err error
}

func (f failing) Identify(ctx context.Context, _ []abis.Finger, _ abis.Options) (abis.Answer, error) {
	if f.err == nil {
		<-ctx.Done()
		return abis.Answer{}, ctx.Err()
	}
	return abis.Answer{}, f.err
}

func (c *counter) check(engine abis.Engine) fingers.Check {
	return fingers.NewCheck(fingers.CheckConfig{
		Store: c.store, Policy: c.Policy(), Engine: engine, Readers: fingers.OneReader(c.reader), Failed: c.Failed, State: "UTO", Station: "t",
		Now: c.clock, NewID: uuid.New,
	})
}

func (c *counter) finding(t *testing.T, engine abis.Engine, s *fingers.Session) border.Finding {
	t.Helper()
	who := subject(t)
	if s != nil {
		who.Scan = s.Scan
	}
	f, err := c.check(engine).Check(t.Context(), who)
	require.NoError(t, err)
	return f
}

func code(f border.Finding, code string) *border.Evidence {
	at := slices.IndexFunc(f.Evidence, func(e border.Evidence) bool { return e.Code == code })
	if at < 0 {
		return nil
	}
	return &f.Evidence[at]
}

// people are an engine that looks at everybody in turn, without a screen before it.
type people struct {
	abis.Engine
	prints map[uuid.UUID][]fingers.Print
}

func (p people) Identify(_ context.Context, probe []abis.Finger, o abis.Options) (abis.Answer, error) {
	answer := abis.Answer{Compared: len(p.prints), Engine: "everybody", Version: "1"}
	var presented []fingers.Print
	for _, f := range probe {
		presented = append(presented, fingers.Print{Position: f.Position, Template: f.Template})
	}
	for link, prints := range p.prints {
		c := fingers.Compare(presented, prints)
		if c.Score < o.Threshold {
			continue
		}
		found := abis.Candidate{Reference: link, Score: c.Score}
		for _, f := range c.Fingers {
			found.Fingers = append(found.Fingers, abis.FingerScore{Position: f.Position, Score: f.Match.Score})
		}
		answer.Candidates = append(answer.Candidates, found)
	}
	return answer, nil
}

// enrolled is an engine that knows the persons of some seeds.
func enrolled(t *testing.T, seeds ...uint64) (abis.Engine, []uuid.UUID) {
	t.Helper()
	engine := people{prints: map[uuid.UUID][]fingers.Print{}}
	var links []uuid.UUID
	for _, seed := range seeds {
		prints, err := fingerstest.Prints(seed, subject(t).At, fingers.DefaultPolicy().Hands[0]...)
		require.NoError(t, err)
		engine.prints[prints[0].Link] = prints
		links = append(links, prints[0].Link)
	}
	return engine, links
}

func TestTheCheckSaysWhatIsToBeDone(t *testing.T) {
	c := open(t, 21, true)
	s := c.traveller(t)
	f := c.finding(t, nil, s)
	require.Equal(t, border.NotChecked, f.Outcome)
	require.Equal(t, fingers.ReasonToTake, f.Reason)
	require.Equal(t, "right_index right_middle right_ring right_little", code(f, fingers.CodeToTake).Found)

	for _, fault := range capture.Errors() {
		c.reader.Fail(fault)
		c.take(t, s)
		f = c.finding(t, nil, s)
		require.Equal(t, border.NotChecked, f.Outcome)
		require.Equal(t, fault.Error(), f.Reason)
	}

	who := subject(t)
	who.Identity.Nationality = "UTO"
	f, err := c.check(nil).Check(t.Context(), who)
	require.NoError(t, err)
	require.False(t, f.Applicable())

	f = c.finding(t, nil, nil)
	require.Equal(t, border.ReasonDataInsufficient, f.Reason, "nobody stands there")

	c.store.Fail(errors.New("away"))
	who = subject(t)
	who.Scan = s.Scan
	_, err = c.check(nil).Check(t.Context(), who)
	require.Error(t, err, "which an inspection makes not checked")
}

func TestAKnownTravellerIsVerified(t *testing.T) {
	c := open(t, 22, true)
	for name, c2 := range map[string]struct {
		file    uint64
		outcome border.Outcome
		code    string
	}{
		"his own file":         {22, border.NoHit, fingers.CodeMatch},
		"somebody else's file": {23, border.Hit, fingers.CodeMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			references, err := fingerstest.Prints(c2.file, c.now, fingers.DefaultPolicy().Hands[0]...)
			require.NoError(t, err)
			c.store.File("12AB34567", fingers.Person{Link: references[0].Link, References: references})
			s := c.traveller(t)
			c.take(t, s)
			f := c.finding(t, nil, s)
			require.Equal(t, c2.outcome, f.Outcome, "%+v", f)
			head := code(f, c2.code)
			require.NotNil(t, head)
			require.Equal(t, "30.0", head.Expected)
			require.NotNil(t, code(f, fingers.CodeFalseMatch))
			require.NotNil(t, code(f, fingers.CodeFinger))
			require.Equal(t, "default-1", f.Source.Version)
			require.NotEmpty(t, f.Matcher)
			answer := fingers.AnswerOf([]border.Finding{f})
			require.NotNil(t, answer.Score)
			require.Equal(t, c2.outcome == border.Hit, answer.Mismatch)
			taking, err := c.store.Of(t.Context(), s.Scan)
			require.NoError(t, err)
			require.Equal(t, taking.ID, answer.Taking)
			if c2.outcome == border.Hit {
				require.Equal(t, border.SecondLine, f.Severity())
			}
		})
	}
}

func TestSomebodyNewIsSearchedFor(t *testing.T) {
	c := open(t, 24, true)
	s := c.traveller(t)
	c.take(t, s)
	engine, links := enrolled(t, 25, 24, 26)
	f := c.finding(t, engine, s)
	require.Equal(t, border.Hit, f.Outcome, "%+v", f)
	require.Equal(t, links[1].String(), code(f, fingers.CodeCandidate).Ref)
	require.Equal(t, border.SecondLine, f.Severity())
	require.Len(t, c.store.Searches, 1)
	require.Equal(t, links[1], c.store.Candidates[0].CandidateLink)
	last := c.store.Entries[len(c.store.Entries)-1]
	require.NoError(t, last.Validate())
	require.Equal(t, []any{fingers.PurposeOfIdentification, audit.Consultation, 1}, []any{last.Purpose, last.Verb, last.ResultCount})

	others, _ := enrolled(t, 25, 26)
	f = c.finding(t, others, s)
	require.Equal(t, border.NoHit, f.Outcome)
	require.Equal(t, "2", code(f, fingers.CodeNew).Found)
}

func TestASearchWithoutAnswerIsNeverGreen(t *testing.T) {
	c := open(t, 27, true)
	s := c.traveller(t)
	c.take(t, s)
	for reason, engine := range map[string]abis.Engine{
		fingers.ReasonGalleryLoading: nil, fingers.ReasonSearchFailed: failing{err: errors.New("broken")},
	} {
		f := c.finding(t, engine, s)
		require.Equal(t, border.NotChecked, f.Outcome)
		require.Equal(t, reason, f.Reason)
		require.NotNil(t, code(f, fingers.CodeSearchLater))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	who := subject(t)
	who.Scan = s.Scan
	f, err := c.check(failing{}).Check(ctx, who)
	require.NoError(t, err)
	require.Equal(t, border.ReasonTimeout, f.Reason)
	require.Equal(t, border.NotChecked, f.Outcome)
}

func TestMissingAndLowFingersAreSaidAndPartlyRefusedIsNoGreen(t *testing.T) {
	c := open(t, 28, true)
	c.reader.Finger(biometrics.RightMiddle, 0)
	s := c.traveller(t)
	require.NoError(t, c.Missing(t.Context(), officer, s, biometrics.RightIndex, biometrics.Amputated))
	require.NoError(t, c.Missing(t.Context(), officer, s, biometrics.RightLittle, biometrics.Refused))
	c.take(t, s)
	require.NoError(t, c.Accept(t.Context(), officer, s, "dry_skin"))
	engine, _ := enrolled(t)
	f := c.finding(t, engine, s)
	require.Equal(t, "amputated", code(f, fingers.CodeMissing).Found)
	require.Equal(t, "dry_skin", code(f, fingers.CodeQuality).Relation)
	require.Equal(t, border.Acknowledge, code(f, fingers.CodeRefused).Severity)
	require.Equal(t, border.Hit, f.Outcome)
	require.False(t, border.NeedsSecondLine([]border.Finding{f}), "nobody is refused: the officer goes on with a reason")
}

func TestATakingWithoutPrintsIsNotChecked(t *testing.T) {
	for missing, reason := range map[biometrics.Missing]string{
		biometrics.Refused: fingers.ReasonNoPrints, biometrics.DeviceFailure: string(biometrics.DeviceFailure),
	} {
		c := open(t, 29, true)
		s := c.traveller(t)
		require.NoError(t, c.Missing(t.Context(), officer, s, biometrics.UnknownFinger, missing))
		f := c.finding(t, nil, s)
		require.Equal(t, border.NotChecked, f.Outcome)
		require.Equal(t, reason, f.Reason)
	}
}

// compared is the check's answer of a traveller with a file, of whose fingers some are another person's.
func (c *counter) compared(t *testing.T, known fingers.Person, engine abis.Engine) border.Finding {
	t.Helper()
	c.store.File("12AB34567", known)
	s := c.traveller(t)
	c.take(t, s)
	return c.finding(t, engine, s)
}

func TestAFingerThatIsNotTheFilesIsNoGreen(t *testing.T) {
	c := open(t, 41, true)
	hand := fingers.DefaultPolicy().Hands[0]
	own, err := fingerstest.Prints(41, c.now, hand[0])
	require.NoError(t, err)
	others, err := fingerstest.Prints(42, c.now, hand[1:]...)
	require.NoError(t, err)
	f := c.compared(t, fingers.Person{Link: own[0].Link, References: append(own, others...)}, nil)
	require.NotNil(t, code(f, fingers.CodeMatch), "one finger carries the others: %+v", f)
	require.NotEmpty(t, codes(f, fingers.CodeOdd))
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, border.Acknowledge, f.Severity())
	require.Len(t, fingers.AnswerOf([]border.Finding{f}).Matched, 1, "and is the only one that is his")
}

func TestWhatCannotBeComparedWithIsSearchedForAndNotChecked(t *testing.T) {
	thumb, err := fingerstest.Prints(43, open(t, 43, true).now, biometrics.RightThumb)
	require.NoError(t, err)
	for reason, known := range map[string]fingers.Person{
		fingers.ReasonNoCommon:   {File: uuid.New(), Link: thumb[0].Link, References: thumb},
		fingers.ReasonUnreadable: {File: uuid.New(), Link: thumb[0].Link, Unreadable: 4},
	} {
		t.Run(reason, func(t *testing.T) {
			c := open(t, 43, true)
			nobody, _ := enrolled(t, 44)
			f := c.compared(t, known, nobody)
			require.Equal(t, []any{border.NotChecked, reason}, []any{f.Outcome, f.Reason})
			require.Len(t, c.store.Searches, 1)
			c = open(t, 43, true)
			same, links := enrolled(t, 43)
			f = c.compared(t, known, same)
			require.Equal(t, border.Hit, f.Outcome)
			require.Equal(t, links[0].String(), code(f, fingers.CodeCandidate).Ref)
			if reason == fingers.ReasonUnreadable {
				require.Equal(t, "4", code(f, fingers.CodeUnreadable).Found)
			}
		})
	}
}

func TestAnotherTakingDoesNotMakeAHitUnsaid(t *testing.T) {
	c := open(t, 45, true)
	references, err := fingerstest.Prints(46, c.now, fingers.DefaultPolicy().Hands[0]...)
	require.NoError(t, err)
	i := &border.Inspection{Scan: border.Scan{ID: uuid.New(), Lane: "1"}, Subject: subject(t)}
	compared := func(references []fingers.Print) border.Finding {
		c.store.File("12AB34567", fingers.Person{Link: references[0].Link, References: references})
		s, err := c.Open(t.Context(), i)
		require.NoError(t, err)
		c.take(t, s)
		return c.finding(t, nil, s)
	}
	f := compared(references)
	first := fingers.AnswerOf([]border.Finding{f})
	require.True(t, first.Mismatch)
	require.Empty(t, codes(f, fingers.CodeMismatchBefore))
	require.Len(t, c.store.Noted, 1)
	require.NoError(t, c.store.Noted[0].Validate())

	own, err := fingerstest.Prints(45, c.now, fingers.DefaultPolicy().Hands[0]...)
	require.NoError(t, err)
	f = compared(own)
	require.False(t, fingers.AnswerOf([]border.Finding{f}).Mismatch)
	require.Equal(t, first.Taking.String(), code(f, fingers.CodeMismatchBefore).Ref)
	require.Equal(t, []any{border.Hit, border.Acknowledge}, []any{f.Outcome, f.Severity()}, "it is no green")
	require.Len(t, c.store.Noted, 1)
}
