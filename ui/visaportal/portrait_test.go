package visaportal_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/photo"
)

// judged answers with one report, whatever the picture.
type judged photo.Report

func (j judged) Judge([]byte) (photo.Report, error) { return photo.Report(j), nil }

// Every item is shown ok, not ok with what to do and what was expected, or as one that could not be judged: with and without the script
// the same, and what was not judged never as good.
func TestFeedbackOnThePortrait(t *testing.T) {
	report := judged{Items: []photo.Item{
		{Code: photo.Size, Verdict: photo.OK, Measured: 720, Least: 480, Unit: "px"},
		{Code: photo.HeadSize, Verdict: photo.NotOK, Measured: 41.27, Least: 62, Most: 83, Unit: "%"},
		{Code: photo.Focus, Verdict: photo.NotJudged, Measured: 12345, Unit: "px"},
	}}
	w := open(t, func(o *apply.Options) { o.Judge = report })
	v := w.begun(t, "en")
	form := map[string]string{"member": v.memberID()}
	live := v.upload("/apply/portrait/check", form, portrait(t, 1))
	require.Equal(t, http.StatusOK, live.status)
	var said struct {
		Items []struct{ Verdict, Look, Sign, Word, Advice, Value string }
		Words string
	}
	require.NoError(t, json.Unmarshal([]byte(live.body), &said))
	require.Len(t, said.Items, 3)
	require.Equal(t, []string{"no-hit", "hit", "not-checked"}, []string{said.Items[0].Look, said.Items[1].Look, said.Items[2].Look})
	require.Equal(t, "41.3 %", said.Items[1].Value)
	require.Contains(t, said.Items[1].Advice, "62 % to 83 %")
	require.Empty(t, said.Items[2].Value, "what was not judged has no value")
	require.NotContains(t, v.get("/apply/portrait").body, "portal-image", "the check keeps nothing")
	require.Equal(t, http.StatusSeeOther, v.upload("/apply/portrait", form, portrait(t, 1)).status)
	kept := v.get("/apply/portrait").body
	for _, want := range []string{"720 px", "41.3 %", "62 % to 83 %", "Could not be judged", "Not good", "Good"} {
		require.Contains(t, kept, want)
	}
	require.NotContains(t, kept, "12345")
	wrong := v.upload("/apply/portrait/check", form, []byte("GIF89a"))
	require.NoError(t, json.Unmarshal([]byte(wrong.body), &said))
	require.NotEmpty(t, said.Words)
	require.Equal(t, http.StatusNotFound, w.visitor(t, "en").upload("/apply/portrait/check", form, portrait(t, 1)).status, "not without a draft")
}

// What was read from a photo is shown with what each check digit says, and asked to be confirmed page by page.
func TestWhatWasReadIsConfirmed(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	page, err := dataPage()
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, v.upload("/apply/passport", map[string]string{"member": v.memberID()}, page).status)
	read := v.get("/apply/passport").body
	require.Contains(t, read, "Is this what your document says?")
	require.GreaterOrEqual(t, strings.Count(read, `class="right"`), 4, "number, birth date, expiry date and all together")
	document := v.get("/apply/document").body
	require.Contains(t, document, "its check digit fits")
	require.NotContains(t, document, "Your photo says")
	require.Contains(t, v.get("/apply/nation").body, "Read from your photo")
	answered := v.post("/apply/nation", url.Values{"member": {v.memberID()}, "nationality": {"PER"}, "document_code": {"P"}})
	require.Equal(t, http.StatusSeeOther, answered.status)
	nation := v.get("/apply/nation").body
	require.Contains(t, nation, "Your photo says Utopia", "another answer is not said to come from the photo")
	require.NotContains(t, nation, "Read from your photo")
	require.Contains(t, v.get("/apply").body, "Look at it again")
	require.Contains(t, v.get("/apply/check").body, "There is a problem", "what nobody has confirmed is not sent")
}

// A photo on which nothing can be read is kept, and says so; the details are typed.
func TestAPhotoThatCannotBeRead(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	form := map[string]string{"member": v.memberID()}
	sent := v.upload("/apply/passport", form, portrait(t, 4))
	require.Equal(t, http.StatusUnprocessableEntity, sent.status)
	require.Contains(t, sent.body, `href="#f-file"`)
	require.Contains(t, sent.body, "Type the details instead")
	require.Equal(t, http.StatusSeeOther, v.upload("/apply/passport?skip=yes", form).status)
}
