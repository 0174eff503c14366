package analyst_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// The list names nobody until the look has a purpose; each count leads to as many rows; each look and the export are audited.
func TestOverstayersAreCountedListedAndExported(t *testing.T) {
	c := newCentre(t)
	c.overstay(t)
	who := c.Person(t, auth.RoleAnalyst, "anna")
	client := c.SignedIn(t, who)

	page := c.Get(t, client, "/overstayers")
	require.Equal(t, http.StatusOK, page.Status)
	says(t, page.Body, "3 persons over the lawful stay")
	require.NotContains(t, page.Body, "data-overstayer")
	require.Empty(t, c.auditRows(t, who.ID), "numbers name nobody")

	page = c.Get(t, client, "/overstayers?purpose=stay_check&nationality=MAR")
	says(t, page.Body, "2 persons over the lawful stay")
	require.Equal(t, 2, strings.Count(page.Body, "data-overstayer"))
	page = c.Get(t, client, "/overstayers?purpose=stay_check&days=x")
	require.Equal(t, http.StatusUnprocessableEntity, page.Status)
	says(t, page.Body, "expected a whole number")

	export := c.Post(t, client, "/overstayers/export", url.Values{"purpose": {"stay_check"}, "station": {"airport-1"}, "format": {"csv"}})
	require.Equal(t, http.StatusOK, export.Status)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export.Body, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, "30", rows[1][0])

	page = c.Get(t, client, "/overstayers/left?purpose=stay_check")
	says(t, page.Body, "Exit supplied by a supervisor")
	says(t, page.Body, "rebuttal")
	says(t, page.Body, "Left after the last lawful day")
	var left int // who was over for less than a round of the projector may never have been on the list
	require.NoError(t, c.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM overstay_end`).Scan(&left))
	require.Equal(t, []string{
		"consultation overstay stay_check 2 keyed", "disclosure overstay stay_check 2 keyed",
		fmt.Sprintf("consultation overstay stay_check %d plain", left),
	}, c.auditRows(t, who.ID))
	require.Equal(t, http.StatusForbidden, c.Get(t, client, "/conflicts").Status, "an analyst decides nothing")
}

// A supervisor finds an overstayer and reads the whole file by keyboard alone.
func TestOverstayerToFileByKeyboard(t *testing.T) {
	c := newCentre(t)
	repaired := c.overstay(t)
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			p := browsertest.Open(t, language)
			c.SignIn(p, c.Person(t, auth.RoleSupervisor, "samira"+language, language))
			p.Goto(c.URL + "/overstayers")
			p.WaitFor("#total")
			browsertest.Eval[bool](p, "document.querySelector('#field-purpose').focus(), true")
			p.Press("ArrowDown", "ArrowDown", "Tab", "Enter")
			p.WaitFor("tr[data-overstayer]")
			require.Equal(t, 3, browsertest.Eval[int](p, "document.querySelectorAll('tr[data-overstayer]').length"))
			browsertest.Eval[bool](p, "document.querySelector('tr[data-overstayer] a').focus(), true")
			p.Press("Enter")
			p.WaitFor("ol.timeline li[data-record='file.linked']")
			p.WaitFor("tr[data-stay]")
			p.Screenshot("person-" + language + "-conflict")
			p.CheckAccessible()
			p.Goto(c.URL + "/travellers/" + repaired.String() + "?purpose=stay_check")
			p.WaitFor("ol.timeline li[data-record='movement.supplied']")
			p.Screenshot("person-" + language + "-repaired")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.NotContains(t, p.Text("body"), "⟦", "a text is missing")
			p.Walk()
		})
	}
}
