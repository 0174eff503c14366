package thread_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

const bureau = "NCB-UTO"

// sought is an alert of the bureau about the n-th traveller, whose name the list writes another way.
func sought(n int, action alerts.Action) alerts.Alert {
	v := world.NewTraveller(n)
	flat := alerts.Flat{
		ID: "sought-" + strconv.Itoa(n), Surname: v.Surname[:len(v.Surname)-1] + "h", GivenNames: v.GivenNames, BirthDate: v.BirthDate,
		Reason: "thread reason", Action: string(action), ValidFrom: v.BirthDate,
	}
	a := flat.Alert("national")
	a.Owner, a.Category, a.Safety = bureau, alerts.CategoryArrest, []string{"armed"}
	return a
}

// oneHit waits until there is exactly one hit at the station, and gives it.
func oneHit(t *testing.T, s *world.Station, where string) (id uuid.UUID) {
	t.Helper()
	world.Eventually(t, func() bool { return s.Count(t, `SELECT FROM hit WHERE `+where) == 1 }, "one hit where %s", where)
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT id FROM hit WHERE `+where).Scan(&id))
	return id
}

// does posts a step and it must be taken.
func does(t *testing.T, c *world.Client, path string, values url.Values) world.Response {
	t.Helper()
	answer, err := c.Post(t.Context(), path, values)
	require.NoError(t, err)
	require.NoError(t, answer.OK(), "%s: %s", path, answer.Body)
	require.NotContains(t, answer.Body, `class="wrong"`, path)
	return answer
}

func shows(t *testing.T, c *world.Client, path string) string {
	t.Helper()
	answer, err := c.Get(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, answer.OK(), path)
	return answer.Body
}

// A name that the list writes another way hits; the officer sees the safety mark and no reason, and refers. The second line finds that it
// is the same person and asks the owner; the owner confirms at the centre; the arrest needs a second person; the hit is closed, and the
// centre has its whole way. All that is between them are the real programs.
func TestAHitIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	w.WaitListed(t, station, w.Central.Alerts(t, sought(501, alerts.ActionDetain)))
	officer := station.Officer(t, auth.RoleOfficer, "1")
	desk := checked(t, officer, 501)
	require.Equal(t, "hit", desk.Band)
	require.Contains(t, desk.Body, "rmed", "the mark for the officer's safety")
	require.NotContains(t, desk.Body, "thread reason")
	early := oneHit(t, station, "true")
	decide(t, officer, desk, border.Refer, "hit")
	id := oneHit(t, station, "crossing_id IS NOT NULL OR stage <> ''")
	require.Equal(t, early, id, "what is raised at the scan and in the decision is one hit")

	second := station.SignedIn(t, auth.RoleSecondLine, "sara")
	path := "/hits/" + id.String()
	require.Contains(t, shows(t, second, "/hits"), id.String())
	require.Contains(t, shows(t, second, path), "thread reason")
	does(t, second, path+"/claim", nil)
	does(t, second, path+"/judgement", form("judgement", "same", "compared", "photo"))
	does(t, second, path+"/question", form("message", "Is this your person?"))

	owner := w.Central.Client(t)
	require.NoError(t, owner.SignIn(t.Context(), w.Central.Agent(t, auth.RoleListOwner, "nadia", bureau)))
	stranger := w.Central.Client(t)
	require.NoError(t, stranger.SignIn(t.Context(), w.Central.Agent(t, auth.RoleListOwner, "stan", "OTHER")))
	world.Eventually(t, func() bool { return strings.Contains(shows(t, owner, "/desk"), id.String()) }, "the question has not come to the owner's desk")
	require.NotContains(t, shows(t, stranger, "/desk"), id.String())
	page := shows(t, owner, "/desk/hits/"+id.String())
	does(t, owner, "/desk/hits/"+id.String()+"/answer", form("confirmed", "yes", "text", "Yes.", "seen", valueOf(t, page, "seen")))

	world.Eventually(t, func() bool { return station.Count(t, `SELECT FROM hit WHERE id = $1 AND stage = 'confirmed'`, id) == 1 },
		"the answer has not come to the station")
	does(t, second, path+"/outcome", form("outcome", "action_taken", "action", "detain"))
	require.Zero(t, station.Count(t, `SELECT FROM hit WHERE closed_at IS NOT NULL`), "an arrest needs two")
	lead := station.Person(t, auth.RoleSupervisor, "tom")
	var steps int
	require.NoError(t, station.DB.Pool.QueryRow(t.Context(), `SELECT steps FROM hit WHERE id = $1`, id).Scan(&steps))
	does(t, second, path+"/second", form("witness", "tom", "secret", lead.Password, "answer", "agree", "seen", strconv.Itoa(steps)))
	require.Equal(t, 1, station.Count(t, `SELECT FROM hit WHERE closed_at IS NOT NULL AND outcome = 'action_taken'`))
	world.Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM desk_hit WHERE id = $1 AND outcome = 'action_taken'`, id) == 1
	}, "the end has not come to the centre")
}

// "Not the same person" is remembered once a supervisor agrees: the traveller then passes with a note, until the alert changes.
func TestAClearedPairLapsesWhenTheAlertChanges(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	w.WaitListed(t, station, w.Central.Alerts(t, sought(502, alerts.ActionRefer)))
	officer := station.Officer(t, auth.RoleOfficer, "1")
	desk := checked(t, officer, 502)
	require.Equal(t, "hit", desk.Band)
	decide(t, officer, desk, border.Refer, "hit")
	id := oneHit(t, station, "stage <> ''")
	second, path := station.SignedIn(t, auth.RoleSecondLine, "sara"), "/hits/"+id.String()
	lead := station.Person(t, auth.RoleSupervisor, "tom")
	does(t, second, path+"/claim", nil)
	does(t, second, path+"/judgement", form("judgement", "not_same", "compared", "photo"))
	does(t, second, path+"/clearing", form("witness", "tom", "secret", lead.Password))
	require.Equal(t, 1, station.Count(t, `SELECT FROM hit_cleared`))

	desk = checked(t, officer, 502)
	require.Equal(t, "no-hit", desk.Checks["alerts.national"], "cleared: a note, not a hit")
	require.Contains(t, desk.Body, "tom", "and it says who cleared it")
	_, err := officer.Decide(t.Context(), desk, border.Refer, "document_doubt", "")
	require.NoError(t, err)

	changed := sought(502, alerts.ActionRefer)
	changed.Reason = "another thread reason"
	w.WaitListed(t, station, w.Central.Alerts(t, changed))
	require.Equal(t, "hit", checked(t, officer, 502).Checks["alerts.national"], "the alert has changed: what was said does not stand")
}

// A discreet alert is not at the station at all. What the counter answers is the same, letter by letter, as for somebody who is not
// listed; the owner's desk at the centre is told, and nobody else's.
func TestADiscreetAlertIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	seen := func(listed bool) (pages []string, w *world.World, station *world.Station) {
		w = world.New(t, airport())
		station = w.Station(0)
		if listed {
			agent := func(login string) *world.Client {
				c := w.Central.Client(t)
				require.NoError(t, c.SignIn(t.Context(), w.Central.Agent(t, auth.RoleListOwner, login, bureau)))
				return c
			}
			byTwo(t, agent("one"), agent("two"), world.NewTraveller(503), "category", "check", "action", "observe", "secrecy", "discreet")
		}
		w.WaitListed(t, station, w.Central.List(t, alerts.Flat{ID: "other", Surname: "SOMEBODY", GivenNames: "ELSE", BirthDate: world.NewTraveller(9).BirthDate}))
		officer := station.Officer(t, auth.RoleOfficer, "1")
		desk := checked(t, officer, 503)
		pages = append(pages, neutral(desk.Body))
		desk = decide(t, officer, desk, border.Admit, "")
		pages = append(pages, neutral(desk.Body))
		w.WaitDrained(t, station) // the header counts what is to be sent
		for _, role := range []auth.Role{auth.RoleSecondLine, auth.RoleSupervisor} {
			c := station.SignedIn(t, role, string(role))
			for _, p := range []string{"/hits", "/hits/count", "/secondline", "/rechecks"} {
				answer, err := c.Get(t.Context(), p)
				require.NoError(t, err)
				pages = append(pages, strconv.Itoa(answer.Status)+neutral(answer.Body))
			}
		}
		return pages, w, station
	}
	with, w, station := seen(true)
	surname := world.NewTraveller(503).Surname
	require.Zero(t, station.Count(t, `SELECT FROM ref_row WHERE data::text LIKE '%thread reason%'`))
	require.Zero(t, station.Count(t, `SELECT FROM hit`))
	world.Eventually(t, func() bool { return w.Central.Count(t, `SELECT FROM discreet_hit`) == 1 }, "the owner is not told")
	owner := w.Central.Client(t)
	require.NoError(t, owner.SignIn(t.Context(), w.Central.Agent(t, auth.RoleListOwner, "nadia", bureau)))
	link := regexp.MustCompile(`href="(/discreet/[0-9a-f-]{36})"`).FindStringSubmatch(shows(t, owner, "/discreet"))
	require.NotNil(t, link)
	told := shows(t, owner, link[1])
	require.Contains(t, told, surname)
	require.Contains(t, told, station.Post.ID)
	stranger := w.Central.Client(t)
	require.NoError(t, stranger.SignIn(t.Context(), w.Central.Agent(t, auth.RoleListOwner, "stan", "OTHER")))
	require.NotContains(t, shows(t, stranger, "/discreet"), station.Post.ID)
	answer, err := stranger.Get(t.Context(), link[1])
	require.NoError(t, err)
	require.Equal(t, 404, answer.Status)
	analyst := w.Central.SignedIn(t, auth.RoleAnalyst, "anna")
	answer, err = analyst.Get(t.Context(), "/discreet")
	require.NoError(t, err)
	require.Equal(t, 403, answer.Status)
	require.Zero(t, w.Central.Count(t, `SELECT FROM ref_row WHERE row::text LIKE '%thread reason%'`))

	without, _, _ := seen(false)
	require.Equal(t, without, with)
}

// A station that has been without its centre for a day goes on with its last lists, says how old they are, and asks again when the centre
// is back: who was on the list meanwhile is a hit that says where he crossed, at the station and at the centre.
func TestADayWithoutTheCentre(t *testing.T) {
	t.Parallel()
	post := airport()
	post.Settings = map[string]string{"BMIS_LIST_AMBER": "6h", "BMIS_LIST_RED": "20h", "BMIS_IDLE_LOCK": "1h"}
	w := world.Prepare(t, post)
	pass(w, -3*day)
	w.Start(t)
	station := w.Station(0)
	w.WaitListed(t, station, w.Central.Alerts(t, sought(504, alerts.ActionRefer)))

	w.Central.Stop()
	w.Central.Alerts(t, sought(505, alerts.ActionDetain)) // the station cannot know
	pass(w, day)
	officer := station.Officer(t, auth.RoleOfficer, "1") // nobody is signed in for a whole day

	desk := checked(t, officer, 504)
	require.Equal(t, "hit", desk.Band, "an old list still hits")
	decide(t, officer, desk, border.Refer, "hit")
	desk = checked(t, officer, 505)
	require.Equal(t, "not-checked", desk.Checks["alerts.national"], "and clears nobody")
	require.Regexp(t, `(?s)id="check-alerts\.national".*(1 day|24 h|24 hours)`, desk.Body, "it says how old the list is")
	desk = decide(t, officer, desk, border.Admit, "checked_by_other_means")
	require.Empty(t, desk.Wrong)

	w.Central.Start()
	id := oneHit(t, station, "retro <> '' AND alert = 'national/sought-505'")
	supervisor := station.SignedIn(t, auth.RoleSupervisor, "tom")
	page := shows(t, supervisor, "/hits/"+id.String())
	require.Contains(t, page, world.NewTraveller(505).Surname)
	world.Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM desk_hit WHERE alert = 'national/sought-505'`) >= 1
	},
		"the centre has no hit")
	require.Equal(t, 1, w.Central.Count(t, `SELECT DISTINCT id FROM desk_hit WHERE alert = 'national/sought-505'`), "one hit, whoever found it first")
}

// Two persons put somebody on the list at the centre's screens; a connected station answers with it, soon.
func TestANewAlertReachesTheCounter(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	station := w.Station(0)
	officer := station.Officer(t, auth.RoleOfficer, "1")
	v := world.NewTraveller(506)
	desk := checked(t, officer, 506)
	require.Equal(t, "no-hit", desk.Checks["alerts.national"])
	decide(t, officer, desk, border.Admit, "")
	approved := lists(t, w, v)
	w.WaitListed(t, station, version(t, w)) // the counter has it in memory
	t.Logf("in the counter's answers %v after the second person's word", time.Since(approved).Round(time.Millisecond))
	require.Equal(t, "hit", checked(t, officer, 506).Checks["alerts.national"])
}

// lists puts a traveller on the national list by the centre's screens: one proposes, another approves. It says when that was.
func lists(t *testing.T, w *world.World, v world.Traveller) (approved time.Time) {
	t.Helper()
	return byTwo(t, w.Central.SignedIn(t, auth.RoleSupervisor, "first"), w.Central.SignedIn(t, auth.RoleSupervisor, "second"), v,
		"category", "arrest", "action", "refer")
}

// byTwo puts a traveller on the national list as one person proposes and another approves.
func byTwo(t *testing.T, first, second *world.Client, v world.Traveller, fields ...string) (approved time.Time) {
	t.Helper()
	fields = append(fields, "kind", "person", "reason", "thread reason", "valid_from", "2020-01-01", "name_raw", v.GivenNames+" "+v.Surname,
		"name_given", v.GivenNames, "name_family", v.Surname, "name_kind", "primary", "birth_from", v.BirthDate.String())
	proposed, err := first.Upload(t.Context(), "/alerts/lists/national/alert", "picture", "", nil, fields...)
	require.NoError(t, err)
	require.NoError(t, proposed.OK(), proposed.Body)
	require.Contains(t, proposed.Path, "/alerts/proposals/")
	answer, err := first.Post(t.Context(), proposed.Path+"/approval", nil)
	require.NoError(t, err)
	require.Error(t, answer.OK(), "nobody approves what he proposed")
	page := shows(t, second, proposed.Path)
	approved = time.Now()
	require.Contains(t, page, v.Surname)
	does(t, second, proposed.Path+"/approval", nil)
	return approved
}

// version is the newest version of the dataset of lists.
func version(t *testing.T, w *world.World) (v int64) {
	t.Helper()
	require.NoError(t, w.Central.DB.Pool.QueryRow(t.Context(), `SELECT version FROM ref_dataset WHERE dataset = 'alerts'`).Scan(&v))
	return v
}

// valueOf is the value of a page's first field of a name.
func valueOf(t *testing.T, body, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="` + name + `"`).FindStringSubmatch(body)
	require.NotNil(t, found, "no field %s", name)
	return found[1] + found[2]
}

// neutral is a page without what differs from request to request whatever happened.
func neutral(body string) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}T[0-9:.]+Z|`+
		`\d{4}-\d{2}-\d{2} \d{2}:\d{2}( \+00:00)?|\d{2}:\d{2}(:\d{2})?|just now|\d+ (second|minute)s? ago|nonce="[^"]*"|\.\d{16}\b|\d+ ms`).ReplaceAllString(body, "*")
}
