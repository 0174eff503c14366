package files_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// A file's page says what prints there are: fingers, quality, when, where, which reader - and shows none.
func TestAFileShowsWhatIsEnrolled(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			p := open(t)
			e := p.cross(t, "ERIKSSON", "ANNA", "1974-08-12", "X100", border.Entry, 3)
			b := browsertest.Open(t, language)
			p.SignIn(b, p.Person(t, auth.RoleSecondLine, "sam", language))
			address := p.URL + "/files/" + e.TravellerID.String() + "?purpose=complaint"
			b.Goto(address)
			b.WaitFor("#enrolled")
			require.NotContains(t, b.Text("#enrolled"), "SIM 9")

			p.enrol(t, fingers.Enrolment{File: e.TravellerID, References: true, Taking: fingers.Taking{
				ID: uuid.New(), Station: webtest.Post, Lane: "3", At: p.Clock.Now(), Reader: "OpenBMIS SIM 9", Simulated: true,
				Slots: []fingers.Slot{{Position: biometrics.RightIndex, Print: uuid.New(), Quality: 61}, {Position: biometrics.RightMiddle, Missing: biometrics.Amputated}},
			}})
			b.Goto(address)
			b.WaitText("#enrolled", "SIM 9")
			require.Contains(t, b.Text("#enrolled"), "61")
			require.Equal(t, 0, browsertest.Eval[int](b, "document.querySelectorAll('#enrolled :is(img, image, svg)').length"))
			b.Screenshot("files-enrolled-" + language)
			b.CheckAccessible()
			b.CheckNoSidewaysScroll()
		})
	}
}

func (p *post) enrol(t testing.TB, e fingers.Enrolment) {
	t.Helper()
	body, err := json.Marshal(fingers.Event{Step: fingers.Enrolled, At: p.Clock.Now(), By: "amira", Taking: e.Taking.ID, Enrolment: &e})
	require.NoError(t, err)
	r := border.Record{
		ID: uuid.New(), Kind: border.FingerprintEvent, File: e.File, Subject: e.Taking.ID, Station: webtest.Post, Lane: "3", Officer: "amira", Zone: "UTC",
		EventTime: p.Clock.Now(), RecordedAt: p.Clock.Now(), Origin: border.Live, Status: border.Confirmed, Body: body,
	}
	require.NoError(t, p.DB.InTx(t.Context(), func(tx pgx.Tx) error {
		return recorddb.Append(t.Context(), tx, r, bordertest.Entry(audit.Collection, "fingerprint_taking", e.Taking.ID))
	}))
}
