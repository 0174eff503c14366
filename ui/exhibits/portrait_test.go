package exhibits_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
)

// The portrait of a chip is mostly JPEG 2000, which browsers do not show: it is decoded for them, or the page says that it cannot be.
func TestAChipsPortraitIsShownOrSaidToBeClosed(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("..", "..", "traveldoc", "picture", "jp2", "testdata", "tiles.jp2"))
	require.NoError(t, err)
	for name, portrait := range map[string][]byte{"shown": file, "closed": file[:60]} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			r := reading(t, s.Clock.Now())
			r.Chip.Files["DG2"] = emrtdtest.DG2(emrtdtest.FaceRecord(0, portrait))
			e := s.decideOn(t, "L898902C3", r)
			who := s.Person(t, auth.RoleSecondLine, "samira")
			client := s.SignedIn(t, who)
			at := s.Get(t, client, "/exhibits/"+e.CrossingID.String()+"/"+exhibitNamed(e, "DG2").ID.String()+"?purpose=investigation")
			require.Equal(t, http.StatusOK, at.Status)
			require.Equal(t, map[string]string{"shown": "image/png", "closed": "application/octet-stream"}[name], at.Header.Get("Content-Type"))

			p := browsertest.Open(t, "en")
			s.SignIn(p, who)
			p.Goto(s.URL + "/exhibits/" + e.CrossingID.String() + "?purpose=investigation")
			p.WaitFor(".pictures")
			p.Wait("[...document.querySelectorAll('.pictures img')].every(i => i.complete && i.naturalWidth > 0)")
			pictures := browsertest.Eval[int](p, "document.querySelectorAll('.pictures img').length")
			require.Equal(t, map[string]int{"shown": 4, "closed": 3}[name], pictures)
			p.CheckAccessible()
			if name == "closed" {
				require.Equal(t, "not decodable here", p.Text(".pictures .none"))
				p.Screenshot("exhibits-closed")
			}
		})
	}
}
