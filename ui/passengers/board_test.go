package passengers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/ui/passengers"
	"github.com/openbmis/openbmis/ui/text"
)

// What arrives next stands first, wherever it departed; what has arrived stands behind it, the newest first.
func TestWhatArrivesNextStandsFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var list []passengerdb.DayFlight
	for _, f := range []struct {
		number           string
		departs, arrives int
	}{{"1", -10, -3}, {"2", -9, 2}, {"3", -3, 1}, {"4", -2, -1}, {"5", 1, 0}, {"6", 3, 4}} {
		d := passengerdb.DayFlight{}
		d.Number, d.DepartsAt = f.number, now.Add(time.Duration(f.departs)*time.Hour)
		if f.arrives != 0 { // of the fifth no arrival is known
			d.ArrivesAt = now.Add(time.Duration(f.arrives) * time.Hour)
		}
		list = append(list, d)
	}
	passengers.NextFirst(list, now)
	order := make([]string, 0, len(list))
	for _, f := range list {
		order = append(order, f.Number)
	}
	require.Equal(t, []string{"3", "5", "2", "6", "4", "1"}, order)
}

// The filter that was chosen is marked, and no other; what is in quarantine leads to its messages for whoever may read them, and its reason
// stands there in words.
func TestTheChosenFilterIsMarkedAndTheQuarantineLeadsOn(t *testing.T) {
	d := open(t)
	d.send(t, list(d.Clock.Now()))
	raw := d.send(t, "This is no message.")
	analyst := d.SignedIn(t, d.Person(t, auth.RoleAnalyst, "ana", "en"))
	supervisor := d.SignedIn(t, d.Person(t, auth.RoleSupervisor, "sue", "en"))
	chosen := regexp.MustCompile(`<a class="button" href="([^"]+)" aria-current="page">`)

	shown := d.Get(t, analyst, "/passengers/messages?show=quarantined").Body
	require.Equal(t, [][]string{{chosen.FindString(shown), "/passengers/messages?show=quarantined"}}, chosen.FindAllStringSubmatch(shown, -1))
	require.Contains(t, shown, "It holds no message that could be found.")
	require.Contains(t, d.Get(t, analyst, "/passengers/messages/"+raw.String()).Body, "It holds no message that could be found.")

	require.Regexp(t, `<a href="/passengers/messages\?show=trouble">\s*<span class="status hit">`, d.Get(t, analyst, "/passengers").Body)
	board := d.Get(t, supervisor, "/passengers").Body
	require.Contains(t, board, "1 record in quarantine")
	require.NotContains(t, board, "/passengers/messages?show")
	flight := regexp.MustCompile(`/passengers/flights/[0-9a-f-]{36}`).FindString(board)
	page := d.Get(t, analyst, flight+"?show=hit").Body
	require.Equal(t, [][]string{{chosen.FindString(page), flight + "?show=hit"}}, chosen.FindAllStringSubmatch(page, -1))
}

// What the desk of an alert says of a hit changes nothing by itself: the analyst is told, beside the person and on the flight, until somebody
// decides.
func TestTheDesksWordIsShownBesideThePerson(t *testing.T) {
	d := open(t)
	d.send(t, list(d.Clock.Now()))
	flights, err := d.store.FlightsBetween(t.Context(), d.Clock.Now().Add(-24*time.Hour), d.Clock.Now().Add(24*time.Hour))
	require.NoError(t, err)
	persons, err := d.store.OfFlight(t.Context(), flights[0].ID)
	require.NoError(t, err)
	who := persons[1].ID
	d.screened(t, flights[0].ExpectedFlight, persons[1])
	_, err = d.DB.Pool.Exec(t.Context(), `INSERT INTO desk_hit (id, central, station, agency, list, alert, alert_version, matcher, band, score, retro, traveller_id, raised_at,
		stage, raise, updated_at) VALUES (gen_random_uuid(), true, '', 'NPB', 'national', '1', 3, 'm9', 'probable', 0.9, 'expected', $1, $2, 'open', '{}', $2)`, who, d.Clock.Now())
	require.NoError(t, err)
	analyst := d.SignedIn(t, d.Person(t, auth.RoleAnalyst, "ana", "en"))
	of := func(id fmt.Stringer) string { return d.Get(t, analyst, "/passengers/persons/"+id.String()).Body }
	flight := func() string { return d.Get(t, analyst, "/passengers/flights/"+flights[0].ID.String()).Body }
	const says, short = "The desk of the alert says that it is none.", "desk: not the person"
	require.Contains(t, of(who), "to be compared")
	require.NotContains(t, of(who), says)
	require.NotContains(t, flight(), short)
	require.NotContains(t, of(persons[0].ID), "At the desk of the alert")

	_, err = d.DB.Pool.Exec(t.Context(), `UPDATE desk_hit SET stage = 'not_same', same = false`)
	require.NoError(t, err)
	require.Contains(t, of(who), says)
	require.Contains(t, flight(), short)
	_, err = d.DB.Pool.Exec(t.Context(), `UPDATE desk_hit SET stage = 'closed', outcome = 'action_taken', closed_at = $1`, d.Clock.Now())
	require.NoError(t, err)
	require.NotContains(t, of(who), says)
	_, err = d.DB.Pool.Exec(t.Context(), `UPDATE desk_hit SET outcome = 'not_same'`)
	require.NoError(t, err)
	require.Contains(t, of(who), says)

	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(of(who))
	r := d.Post(t, analyst, "/passengers/persons/"+who.String()+"/decision", url.Values{"verdict": {"board"}, "reason": {"The desk knows him"}, "version": {version[1]}})
	require.Equal(t, http.StatusSeeOther, r.Status)
	require.NotContains(t, of(who), says)
	require.NotContains(t, flight(), short)
}

// Every reason for which a message cannot be used has words for the State's people, as it has for the carrier's.
func TestEveryReasonHasWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join("..", "text", "catalogue", "carrierportal.en.toml"))
	require.NoError(t, err)
	_, reasons, _ := strings.Cut(string(source), "[carrierportal.reason]\n")
	reasons, _, _ = strings.Cut(reasons, "\n\n")
	codes := regexp.MustCompile(`(?m)^([a-z_]+) =`).FindAllStringSubmatch(reasons, -1)
	require.Greater(t, len(codes), 5)
	for _, language := range text.Languages() {
		for _, code := range codes {
			require.True(t, texts.Printer(language).Has(text.Key("passengers.reasons."+code[1])), "%s: %s", language, code[1])
		}
	}
}
