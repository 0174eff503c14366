package fingers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// A clean traveller takes a scan, one key to take and one to admit; the next time the prints are those on file.
func TestEnrolThenVerify(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language)
			s.scan(t, p, "MARTIN", "12AB34567")
			require.Contains(t, p.Text("#band-help"), "F11", "nothing else lacks")
			shown(p, "fingers-to-take-"+language)
			begun := time.Now()
			p.Press("F11")
			p.WaitFor("#check-fingerprints .status.no-hit")
			t.Logf("key to finding: %v", time.Since(begun))
			p.WaitFor("#band.no-hit")
			require.Equal(t, "check-fingerprints", browsertest.Eval[string](p, "document.querySelector('.checks .check').id"), "first, where it was asked for")
			require.Contains(t, p.Text("#band-help"), enrolled(language))
			shown(p, "fingers-new-"+language)
			p.Press("F2")
			p.WaitGone("#traveller-name")
			require.NotNil(t, evidence(s.finding(t), fingers.CodeNew))
			require.Equal(t, 4, s.count(t, "biometric.print where state = 'reference'"))

			s.scan(t, p, "MARTIN", "12AB34567")
			p.Press("F11")
			p.WaitFor("#check-fingerprints .status.no-hit")
			p.Press("Alt+f")
			p.WaitFor(".drawings figure.prints")
			p.Wait("[...document.querySelectorAll('.drawings svg')].length === 4")
			require.Positive(t, browsertest.Eval[int](p, "document.querySelectorAll('.drawings circle.alike').length"))
			p.WaitFocus("section.drawings") // the arrows scroll it
			p.WaitFor("#simulated-reader")
			shown(p, "fingers-match-drawn-"+language)
			p.Press("Escape")
			p.WaitGone(".drawings")
			p.Press("F2")
			p.WaitGone("#traveller-name")
			require.NotNil(t, evidence(s.finding(t), fingers.CodeMatch))
			require.Positive(t, s.count(t, "audit where object_kind = 'fingerprint'"), "looking at a print is audited")
		})
	}
}

func enrolled(language string) string {
	return map[string]string{"en": "New: prints are enrolled", "fr": "Nouveau", "es": "Nuevo", "ar": "جديد"}[language]
}

func evidence(f border.Finding, code string) *border.Evidence {
	for n := range f.Evidence {
		if f.Evidence[n].Code == code {
			return &f.Evidence[n]
		}
	}
	return nil
}

// Somebody else with the document of a person on file: both prints stand drawn, and the second line decides.
func TestAMismatchIsDrawnAndBelongsToTheSecondLine(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language)
			s.enrol(t, p, "sophie", "MARTIN", "12AB34567")
			s.turn(t, `{"person": "another"}`)
			s.scan(t, p, "MARTIN", "12AB34567")
			p.Press("F11")
			p.WaitFor("#check-fingerprints .status.hit")
			p.WaitFor("#drawn figure.prints")
			shown(p, "fingers-mismatch-"+language)
			p.WaitFor("#admit-closed")
			p.Press("Alt+f")
			p.WaitFor(".drawings figure.prints")
			p.Quiet() // until the pictures are there
			shown(p, "fingers-mismatch-drawn-"+language)
			p.Press("Escape")
			p.WaitFor("#band.hit")
			p.Press("F4")
			p.WaitFor("form.question.refer")
			choose(p, "#reason", "identity_doubt")
			p.Press("Enter")
			p.WaitGone("#traveller-name")
			require.NotNil(t, evidence(s.finding(t), fingers.CodeMismatch))
		})
	}
}

// The same person under another name is a candidate, with the other file's prints beside his.
func TestTheSamePersonUnderAnotherNameIsACandidate(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en")
	s.enrol(t, p, "sophie", "MARTIN", "12AB34567")
	s.scan(t, p, "DURAND", "98XY76543")
	p.Press("F11")
	p.WaitFor("#check-fingerprints .status.hit")
	p.WaitFor("#drawn figure.prints")
	require.Positive(t, browsertest.Eval[int](p, "document.querySelectorAll('#drawn circle.alike').length"))
	shown(p, "fingers-candidate")
	require.Positive(t, s.count(t, "audit where object_kind = 'fingerprint_search'"))
}

// A finger that is not there is coded, and the others are enough.
func TestAMissingFingerIsCoded(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language)
			s.turn(t, `{"fingers": {"right_little": "missing"}}`)
			s.scan(t, p, "MARTIN", "12AB34567")
			p.Press("F11")
			p.WaitFor("#desk[data-phase=waiting] #band.not-checked")
			shown(p, "fingers-wrong-count-"+language)
			p.Press("F5")
			p.WaitFocus("#missing")
			require.Equal(t, "right_little", p.Value("#finger"), "the only one without a print is chosen")
			choose(p, "#missing", "bandaged")
			shown(p, "fingers-missing-"+language)
			p.Press("Enter")
			p.WaitFor("#finger-right_little[data-state=missing], #check-fingerprints .status.no-hit")
			if browsertest.Eval[bool](p, "!!document.querySelector('#finger-right_little')") {
				p.Press("F11")
			}
			p.WaitFor("#check-fingerprints .status.no-hit")
			shown(p, "fingers-missing-done-"+language)
			p.Press("F2")
			p.WaitGone("#traveller-name")
			require.Equal(t, "bandaged", evidence(s.finding(t), fingers.CodeMissing).Found)

			s.turn(t, `{"fingers": {}}`)
			s.scan(t, p, "MARTIN", "12AB34567")
			require.Contains(t, evidenceText(p), word(p, language), "to be completed now")
		})
	}
}

func evidenceText(p *browsertest.Page) string { return p.Text("#check-fingerprints") }

func word(_ *browsertest.Page, language string) string {
	return map[string]string{"en": "right little finger", "ar": "الخنصر الأيمن"}[language]
}

// Low quality is said with its reason, tried again, and accepted with a reason: never a dead end.
func TestLowQualityIsAcceptedWithAReason(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t, func(p *fingers.Policy) { p.Quality = 75 })
			p := s.atLane(t, language)
			s.turn(t, `{"worse": 0.9}`)
			s.scan(t, p, "MARTIN", "12AB34567")
			p.Press("F11")
			p.WaitFor("#desk[data-phase=waiting] .ask-accept")
			shown(p, "fingers-low-"+language)
			p.Press("F3")
			p.WaitFocus("#reason")
			choose(p, "#reason", "dry_skin")
			p.Press("Enter")
			p.WaitFor("#traveller-name")
			p.WaitFor("#check-fingerprints")
			p.Wait("!document.querySelector('#check-fingerprints .status.waiting')")
			shown(p, "fingers-accepted-"+language)
			require.Contains(t, evidenceText(p), map[string]string{"en": "dry skin", "ar": "جلد جاف"}[language])
		})
	}
}

// faults are what goes wrong at a reader: it is told with what to do, the check is amber, and the officer goes on with a reason.
func TestFaultsOfTheReaderAreToldAndNobodyIsStuck(t *testing.T) {
	for name, c := range map[string]struct {
		before, during string
		away           bool
		reason, says   string
	}{
		"unplugged in the middle": {before: `{"unplug_during": true, "delay": "300ms"}`, reason: "reader_unreachable", says: "not reachable"},
		"a broken signature":      {before: `{"tamper": "data"}`, reason: "bad_signature", says: "not valid"},
		"a stranger's signature":  {before: `{"tamper": "stranger"}`, reason: "bad_signature", says: "not valid"},
		"a broken chain":          {before: `{"tamper": "hash"}`, reason: "bad_hash_chain", says: "not complete"},
		"busy":                    {before: `{"state": "busy"}`, reason: "reader_busy", says: "busy"},
		"the agent away":          {away: true, reason: "reader_unreachable", says: "not reachable"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, "en")
			if c.before != "" {
				s.turn(t, c.before)
			}
			if c.away {
				s.agent.CloseClientConnections()
				s.agent.Close()
			}
			s.scan(t, p, "MARTIN", "12AB34567")
			p.Press("F11")
			p.WaitFor("#desk.fingers[data-phase=waiting]")
			p.WaitText("#band h1", c.says)
			shown(p, "fingers-fault-"+c.reason)
			p.Press("Escape")
			p.WaitText("#check-fingerprints .source", c.says)
			p.WaitFor("#check-fingerprints .status.not-checked")
			p.Press("F2")
			p.WaitFocus("#reason")
			choose(p, "#reason", "checked_by_other_means")
			p.Press("Enter")
			p.WaitGone("#traveller-name")
			f := s.finding(t)
			require.Equal(t, border.NotChecked, f.Outcome)
			require.Equal(t, c.reason, f.Reason)
		})
	}
}

// While the reader works its picture moves, and the officer can stop it.
func TestTheLivePictureIsShownAndTheReaderStopped(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en")
	s.turn(t, `{"delay": "8s"}`)
	s.scan(t, p, "MARTIN", "12AB34567")
	p.Press("F11")
	p.WaitFor("#preview")
	p.Wait("document.getElementById('preview')?.naturalWidth > 0")
	p.WaitFor("#simulated-reader")
	p.Screenshot("fingers-live")
	p.CheckAccessible()
	p.CheckOneScreen()
	p.Press("Escape")
	p.WaitFor("#desk.fingers[data-phase=waiting]")
	p.Press("Escape")
	p.WaitFor("#check-fingerprints")
}
