package world

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// Utopia is the country that does not exist as of the centre's day: its documents and what they are judged by.
func (w *World) Utopia(t testing.TB) *specimen.Country {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(w.Central.Clock.Now().UTC()))
	require.NoError(t, err)
	return country
}

// Specimen is a case's document as a reader of 150 dpi gives it, under an id of its own; person 0 is the case's own bearer. No log may
// contain who it belongs to.
func (w *World) Specimen(t testing.TB, country *specimen.Country, name string, person int) specimen.Specimen {
	t.Helper()
	c, err := specimen.CaseNamed(name)
	require.NoError(t, err)
	made, err := c.Build(country, specimen.Options{Person: person, At: w.Central.Clock.Now(), DPI: 150})
	require.NoError(t, err)
	made.Reading.ID = uuid.NewString()
	w.Secret(made.Document.Bearer.Surname, made.Document.Number)
	return made
}

// Administrators are two people who may import trust material, each signed in at the centre.
type Administrators struct{ First, Second *Client }

// Administrators signs two new ones in.
func (c *Central) Administrators(t testing.TB) Administrators {
	t.Helper()
	return Administrators{c.SignedIn(t, auth.RoleAdministrator, "trust-first"), c.SignedIn(t, auth.RoleAdministrator, "trust-second")}
}

// Publish lets the first propose files and the second look at each proposal and approve it, on the pages of the centre. An authority's
// own certificate goes first: it vouches for what it signed.
func (a Administrators) Publish(ctx context.Context, files map[string][]byte) error {
	names := slices.Sorted(maps.Keys(files))
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(order(a), order(b)) })
	for _, name := range names {
		at, err := a.First.propose(ctx, name, files[name])
		if err != nil {
			return err
		}
		for _, step := range []func() (Response, error){
			func() (Response, error) { return a.Second.Get(ctx, at) },
			func() (Response, error) { return a.Second.Post(ctx, at+"/approval", url.Values{}) },
		} {
			answer, err := step()
			if err = errors.Join(err, answer.OK()); err != nil {
				return fmt.Errorf("approve %s: %w", name, err)
			}
		}
	}
	return nil
}

func order(name string) string {
	if name == "csca.cer" {
		return ""
	}
	return name
}

// propose sends a file that the issuing State handed over, and gives the path of the proposal.
func (c *Client) propose(ctx context.Context, name string, data []byte) (string, error) {
	answer, err := c.Upload(ctx, "/trust/proposals", "file", name, data, "origin", "bilateral", "remark", "handed over by the embassy")
	if err = errors.Join(err, answer.OK()); err != nil {
		return "", fmt.Errorf("propose %s: %w", name, err)
	}
	return answer.Path, nil
}

// WaitTrusted waits until the station's counter judges by the version of the trust material, or a newer one.
func (w *World) WaitTrusted(t testing.TB, s *Station, version int64) {
	t.Helper()
	Eventually(t, func() bool { return s.loaded("trust material loaded") >= version }, "%s has not got version %d of the trust material", s.Post.ID, version)
}

// Upload sends a form with a file as a browser does; fields are pairs of name and value, and come before the file.
func (c *Client) Upload(ctx context.Context, path, field, name string, data []byte, fields ...string) (Response, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			return Response{}, err
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		return Response{}, err
	}
	if _, err := part.Write(data); err != nil {
		return Response{}, err
	}
	if err := form.Close(); err != nil {
		return Response{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+path, &body)
	if err != nil {
		return Response{}, err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("Accept-Language", "en")
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Response{}, err
	}
	text, err := io.ReadAll(response.Body)
	return Response{response.StatusCode, response.Request.URL.RequestURI(), response.Header, string(text)}, errors.Join(err, response.Body.Close())
}

// Reader is a document reader at a lane: an agent that posts to the station with the token of its device.
type Reader struct {
	agent *simulate.Agent
	lane  string
}

// Reader lets a supervisor issue a token for a reader at the lane, on the station's page. No log may contain it.
func (s *Station) Reader(t testing.TB, w *World, lane string) Reader {
	t.Helper()
	supervisor := s.SignedIn(t, auth.RoleSupervisor, "readers-"+lane)
	answer, err := supervisor.Post(t.Context(), "/readers", form("name", "Desk "+lane, "lane", lane))
	require.NoError(t, err)
	require.NoError(t, answer.OK(), answer.Body)
	token := textOf(answer.Body, "token")
	require.NotEmpty(t, token)
	w.Secret(token)
	return Reader{simulate.NewAgent(s.URL(), token, s.Roots(t)), lane}
}

// Put puts a document on the reader, whose officer must sit there.
func (r Reader) Put(t testing.TB, reading *reader.Reading) {
	t.Helper()
	said, err := r.agent.Post(t.Context(), reading)
	require.NoError(t, err)
	require.Equal(t, "opened", said.State, "%+v", said)
	require.Equal(t, r.lane, said.Lane)
}

// textOf is the text below the element with the id; empty when there is none.
func textOf(body, id string) string {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return ""
	}
	for n := range root.Descendants() {
		if attribute(n, "id") == id {
			return words(n)
		}
	}
	return ""
}
