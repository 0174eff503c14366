package counter_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// full is a counter at which every key stands that can: a stay, prints that were compared, a reader's document, a zone to repair, groups.
func full(reads bool) counterview.Screen {
	card := &counterview.Card{
		ID: uuid.New(), Complete: true, Answers: []border.Answer{
			{Check: "document", Finding: border.Finding{Check: "document", Outcome: border.NoHit, Grant: &border.Grant{MaxDays: 90, Rule: "90/180"}}},
			{Check: fingers.CheckName, Finding: border.Finding{Check: fingers.CheckName, Outcome: border.NoHit, Evidence: []border.Evidence{
				{Code: fingers.CodeMatch, Found: "69.4", Expected: "30.0", Severity: border.Note},
				{Code: fingers.CodeFinger, Field: "right_index", Found: "69.4", Severity: border.Note},
			}}},
		},
	}
	card.Scan.Identity.Surname = "MARTIN"
	if reads {
		card.Inspected = &counterview.Inspected{Reading: &reader.Reading{}, Whole: -1}
		card.Proposals = []mrz.Suggestion{{}}
	}
	return counterview.Screen{
		Lane:          counterview.Lane{Name: "1", Direction: border.Entry},
		Circumstances: counterview.Circumstances{Mode: border.Air}, Current: card, Grouped: true, Fingers: true, Provisional: true, Simulated: true,
	}
}

// cut are the keys that do not stand whole within the bar, the bar within the window.
const cut = `(() => { const bar = document.querySelector(".keybar"), edge = bar.getBoundingClientRect();
	return [...bar.querySelectorAll("button, .button")].filter(k => { const r = k.getBoundingClientRect();
		return r.left < -1 || r.right > innerWidth + 1 || r.top < edge.top - 1 || r.bottom > Math.min(edge.bottom, innerHeight) + 1 ||
			k.scrollWidth > k.clientWidth + 1; }).map(k => k.innerText); })()`

// With the full set of keys the last one, F9, stands as whole as the first, in every language.
func TestAllKeysOfTheCounterFit(t *testing.T) {
	site := webtest.New(t, migrations.Station, func(s *webtest.Site) {
		for path, reads := range map[string]bool{"/": false, "/read": true} {
			s.Handle(http.MethodGet, path, auth.CrossingRecord, func(c *web.Context) error {
				return c.Render(http.StatusOK, counterview.Page(full(reads)))
			})
		}
		s.Handle(http.MethodGet, "/counter/stream", auth.CrossingRecord, func(c *web.Context) error {
			<-c.Ctx().Done()
			return nil
		}, web.Background())
	})
	for _, language := range []string{"en", "fr", "es", "ar"} {
		t.Run(language, func(t *testing.T) {
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			site.SignIn(p, site.Person(t, auth.RoleOfficer, "amira"+language, language))
			for path, keys := range map[string]int{"/": 9, "/read": 11} {
				p.Goto(site.URL + path)
				p.WaitFor(".keybar [data-hotkey=F9]")
				require.Equal(t, keys, browsertest.Eval[int](p, `document.querySelectorAll(".keybar [data-hotkey]").length`))
				for _, size := range [][2]int64{{1366, 768}, {1280, 720}} {
					p.Size(size[0], size[1])
					require.Empty(t, browsertest.Eval[[]string](p, cut), "%s at %v", path, size)
				}
				p.CheckOneScreen()
				p.Screenshot("counter-keys-" + map[bool]string{true: "read-", false: ""}[path == "/read"] + language)
			}
		})
	}
}
