package world

import (
	"context"
	"net/url"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// Owner is somebody at the desk of an agency that owns alerts, signed in at the centre.
type Owner struct {
	*Client
	Person
	c *Central
}

// Owner makes a person of the agency's desk and signs him in.
func (c *Central) Owner(t testing.TB, login, agency string) *Owner {
	t.Helper()
	o := &Owner{Client: c.Client(t), Person: c.Agent(t, auth.RoleListOwner, login, agency), c: c}
	require.NoError(t, o.SignIn(t.Context(), o.Person))
	return o
}

// Answer gives the owner's word on a hit, over what was answered before.
func (o *Owner) Answer(ctx context.Context, hit uuid.UUID, confirmed bool, text, instructions string) error {
	var seen int
	if err := o.c.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM desk_answer WHERE hit = $1`, hit).Scan(&seen); err != nil {
		return err
	}
	form := url.Values{
		"seen": {strconv.Itoa(seen)}, "confirmed": {map[bool]string{true: "yes", false: "no"}[confirmed]}, "text": {text}, "instructions": {instructions},
	}
	answer, err := o.Post(ctx, "/desk/hits/"+hit.String()+"/answer", form)
	if err != nil {
		return err
	}
	return answer.OK()
}

// Step takes a step on a hit that the centre raised: "claim", "judge", "close", ...; form are its fields.
func (o *Owner) Step(ctx context.Context, hit uuid.UUID, step string, form url.Values) error {
	answer, err := o.Post(ctx, "/desk/hits/"+hit.String()+"/"+step, form)
	if err != nil {
		return err
	}
	return answer.OK()
}

// Discreet puts a discreet alert of the agency on the national list, in the name of two of its people.
func (c *Central) Discreet(t testing.TB, agency string, a alerts.Alert) {
	t.Helper()
	lists := listdb.New(listdb.Config{DB: c.DB, Now: c.Clock.Now, NewID: uuid.New})
	a.Secrecy, a.List, a.Version = alerts.Discreet, listdb.National, 0
	person := func(login string) listdb.Person {
		p := Installer(Origin)
		p.ID, p.Name, p.Role = login, login, string(auth.RoleListOwner)
		return listdb.Person{Actor: p, Agency: agency}
	}
	p, err := lists.Propose(t.Context(), person("discreet-1"), a, nil, "")
	require.NoError(t, err)
	_, err = lists.Review(t.Context(), person("discreet-2"), p.ID, listdb.Look{})
	require.NoError(t, err)
	_, err = lists.Approve(t.Context(), person("discreet-2"), p.ID)
	require.NoError(t, err)
	require.NoError(t, lists.Work(t.Context()))
}

// WaitScreened waits until the centre has screened every event that has come, and searched every alert that has changed.
func (c *Central) WaitScreened(t testing.TB) {
	t.Helper()
	Eventually(t, func() bool {
		return c.Count(t, `SELECT FROM screening_due`) == 0 && c.Count(t, `SELECT FROM screening_run WHERE finished_at IS NULL`) == 0 &&
			c.Count(t, `SELECT FROM screening_state WHERE alert_seq = (SELECT coalesce(max(seq), 0) FROM alert_version)`) == 1
	}, "the centre has not screened everything")
}
