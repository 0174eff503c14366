package thread_test

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
)

// The pictures of docs/img: BMIS_SCREENSHOTS=docs/img go test ./cmd/internal/thread -run Pictures. All people in them are made up.
func TestPicturesOfTheDocumentation(t *testing.T) {
	if os.Getenv("BMIS_SCREENSHOTS") == "" {
		t.Skip("makes the pictures of docs/img anew, which nobody wants in every run; set BMIS_SCREENSHOTS=docs/img. The same pages are tested elsewhere in this package")
	}
	w := world.New(t, world.Post{ID: "airport-lanet", Zone: "Africa/Nairobi", Settings: map[string]string{"BMIS_STATION_NAME": "Lanet airport"}},
		world.Post{ID: "land-simba", Zone: "Africa/Nairobi", Transport: border.Land})
	town := simulate.Town{Seed: 7, Size: 500, Today: traveldoc.DateOf(time.Now().UTC())}
	for n, s := range w.Stations() {
		lets := s.Officer(t, auth.RoleOfficer, "2")
		lets.Mode = s.Post.Transport
		for i := range 9 {
			cross(t, lets, town.Person(40*n+i, n == 1))
		}
	}
	wanted := simulate.Listed(rand.New(rand.NewPCG(1, 2)), traveldoc.Identity{
		Surname: "LINDQVIST MAREK", GivenNames: "ILSE", BirthDate: must(t, "1988-11-02"), Sex: "F", Nationality: "FRA",
	}, "", "", town.Today)
	w.WaitListed(t, w.Station(0), w.Central.List(t, alerts.Flat{
		Surname: wanted.Identity.Surname, GivenNames: wanted.Identity.GivenNames, BirthDate: wanted.Identity.BirthDate, Action: "detain", Reason: "warrant",
	}))

	analyst := window(t, w.Central.Part, named(t, w.Central.Part, auth.RoleAnalyst, "amani", "Amani Otieno"), "en")
	seesLive(analyst, 18)
	officer := atLane(t, w.Station(0), named(t, w.Station(0).Part, auth.RoleOfficer, "joyce", "Joyce Kamau"), "en")
	officer.TabTo("#transport")
	officer.Type("KQ 113")
	officer.Press("Tab")
	for _, p := range unremarkable(town, 200, 4) {
		officer.Scan(zone(t, p), "\r")
		officer.WaitFor("#band.no-hit")
		officer.Press("F2")
		officer.WaitGone("#traveller-name")
	}
	officer.Scan(zone(t, wanted), "\r")
	officer.WaitFor("#band.hit")
	officer.WaitText("#status", "connected")
	officer.Screenshot("counter")
	officer.Press("F4")
	officer.WaitFocus("#reason")
	officer.Press("ArrowDown", "F4")
	analyst.Wait("document.querySelectorAll('#live-rows tbody tr').length === 23")
	analyst.Screenshot("analyst")
}

// unremarkable are so many people of the town, from the n-th on, at whom no check has anything to say: grown up, with a document that holds.
func unremarkable(town simulate.Town, n, most int) (all []simulate.Person) {
	for ; len(all) < most; n++ {
		p := town.Person(n, false)
		if town.Today.Year()-p.Identity.BirthDate.Year() > 18 && p.Document.ExpiryDate.Year() > town.Today.Year() {
			all = append(all, p)
		}
	}
	return all
}

func named(t *testing.T, p *world.Part, role auth.Role, login, name string) world.Person {
	t.Helper()
	who := p.Person(t, role, login)
	_, err := p.DB.Pool.Exec(t.Context(), `UPDATE account SET display_name = $2 WHERE id = $1`, who.ID, name)
	require.NoError(t, err)
	return who
}

func zone(t *testing.T, p simulate.Person) string {
	t.Helper()
	text, err := p.MRZ()
	require.NoError(t, err)
	return text
}

// cross lets the person in, or refers who is not clear.
func cross(t *testing.T, o *world.Officer, p simulate.Person) {
	t.Helper()
	desk, err := o.Scan(t.Context(), zone(t, p))
	require.NoError(t, err)
	desk, err = o.Checked(t.Context(), desk)
	require.NoError(t, err)
	if desk.Band == "no-hit" {
		decide(t, o, desk, border.Admit, "")
		return
	}
	decide(t, o, desk, border.Refer, "document_doubt")
}

func must(t *testing.T, day string) traveldoc.Date {
	t.Helper()
	date, err := traveldoc.ParseDate(day)
	require.NoError(t, err)
	return date
}
