package portaldb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
)

func TestWhatIsSentComesToTheCentreAndIsGoneFromThePortal(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	draft := w.Fill(t, token, "H", nil)
	sent, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, evisa.Received, sent.State)
	again, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, sent, again, "sending twice is sending once")

	var wrapped []byte
	admin := w.DB.Pool
	require.ErrorContains(t, admin.QueryRow(t.Context(), `SELECT wrapped FROM portal.draft`).Scan(&wrapped), "permission denied", "the centre reads no draft")
	require.NoError(t, w.Portal.Pool.QueryRow(t.Context(), `SELECT wrapped FROM portal.draft`).Scan(&wrapped))
	require.Nil(t, wrapped, "the portal can open nothing any more")

	parcels := w.Take(t)
	require.Len(t, parcels, 1)
	require.Equal(t, evisa.ParcelApplication, parcels[0].Kind)
	var app evisa.Application
	require.NoError(t, json.Unmarshal(parcels[0].Body, &app))
	require.Equal(t, draft.Lead().ID, app.ID)
	require.Equal(t, sent.Applications[0].Reference, app.Reference)
	require.Equal(t, "Lefèvre", app.Identity.Surname)
	require.Equal(t, "1988-04-12", app.Identity.BirthDate.String())
	require.Equal(t, w.Policy.Declaration, app.Declaration.Version)
	require.Equal(t, "en", app.Declaration.Language)
	require.Len(t, app.Files, 1)
	require.Len(t, parcels[0].Files[app.Files[0].ID], app.Files[0].Size)
	require.Empty(t, w.Take(t), "taken once")
}

func TestAFeeHoldsWhatWasSentUntilItIsPaid(t *testing.T) {
	w := portaldbtest.New(t)
	token, sent := w.Sent(t, "T")
	require.Equal(t, evisa.Waiting, sent.State)
	require.Empty(t, w.Take(t))
	standing, err := w.Service.Standing(t.Context(), w.Find(t, sent.Applications[0].Reference))
	require.NoError(t, err)
	require.Equal(t, evisa.Waiting, standing.Told.State)
	require.Equal(t, sent.Fee, standing.Owed)

	order, err := w.Payment.Open(t.Context(), sent.Group)
	require.NoError(t, err)
	_, err = w.Payment.Begun(t.Context(), order.ID, "test", pay.Page{Ref: "o1", URL: "https://pay.test/o1", Until: w.Clock.Now().Add(time.Hour)})
	require.NoError(t, err)
	paid := pay.Standing{Ref: "o1", Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p1", Amount: sent.Fee, At: w.Clock.Now()}}}
	for range 2 { // a call-back comes twice
		_, err = w.Payment.Apply(t.Context(), "test", paid)
		require.NoError(t, err)
	}
	parcels := w.Take(t)
	require.Len(t, parcels, 2)
	require.Equal(t, evisa.ParcelApplication, parcels[0].Kind)
	require.Equal(t, evisa.ParcelPaid, parcels[1].Kind)
	var told evisa.Paid
	require.NoError(t, json.Unmarshal(parcels[1].Body, &told))
	require.Equal(t, sent.Fee, told.Amount)
	opened, err := w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, evisa.Received, opened.Sent.State)
}

func TestStatusReplyAndAppeal(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	w.Take(t)
	app := sent.Applications[0]
	token := w.Find(t, app.Reference)
	request := &evisa.Request{ID: uuid.New(), Text: "More, please", Until: w.Clock.Now().Add(24 * time.Hour)}
	w.Tell(t, evisa.Told{Application: app.ID, Reference: app.Reference, Version: 2, State: evisa.Asked, Request: request})
	w.Tell(t, evisa.Told{Application: app.ID, Reference: app.Reference, Version: 1, State: evisa.Examined})

	standing, err := w.Service.Standing(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, evisa.Asked, standing.Told.State, "an older version never takes the place of a newer one")
	require.True(t, standing.MayReply)
	files := []apply.Upload{{Kind: "means", Data: portaldbtest.Portrait(t)}}
	problems, err := w.Service.Reply(t.Context(), token, apply.Form{"text": {"Here"}}, files)
	require.NoError(t, err)
	require.Empty(t, problems)
	_, err = w.Service.Reply(t.Context(), token, apply.Form{"text": {"Here"}}, nil)
	require.ErrorIs(t, err, apply.ErrNotNow, "once")
	parcels := w.Take(t)
	require.Len(t, parcels, 1)
	var reply evisa.Reply
	require.NoError(t, json.Unmarshal(parcels[0].Body, &reply))
	require.Equal(t, request.ID, reply.Request)
	require.Len(t, parcels[0].Files[reply.Files[0].ID], reply.Files[0].Size)

	w.Tell(t, evisa.Told{Application: app.ID, Reference: app.Reference, Version: 3, State: evisa.Refused})
	problems, err = w.Service.Appeal(t.Context(), token, apply.Form{"text": {"<script>alert(1)</script>'; DROP TABLE x"}}, nil)
	require.NoError(t, err)
	require.Empty(t, problems)
	parcels = w.Take(t)
	require.Equal(t, evisa.ParcelAppeal, parcels[0].Kind)
	_, err = w.Service.Appeal(t.Context(), token, apply.Form{"text": {"again"}}, nil)
	require.ErrorIs(t, err, apply.ErrNotNow)
}
