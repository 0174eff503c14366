package visaportal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// begun is a visitor with a draft: one person who asks for a visitor's visa.
func (w *world) begun(t testing.TB, language string) *visitor {
	t.Helper()
	v := w.visitor(t, language)
	begun := v.post("/apply", url.Values{"nationality": {"UTO"}, "document_code": {"P"}, "purpose": {"tourism"}, "type": {"T"}})
	require.Equal(t, http.StatusSeeOther, begun.status, begun.body)
	require.Equal(t, "/apply", begun.to())
	return v
}

// answers are good answers to the pages with fields.
func answers() map[string]url.Values {
	return map[string]url.Values{
		"document": {"number": {"L898902C3"}, "issuing_state": {"UTO"}, "issued_day": {"1"}, "issued_month": {"2"}, "issued_year": {"2024"},
			"expires_day": {"31"}, "expires_month": {"1"}, "expires_year": {"2034"}},
		"name":     {"surname": {"Eriksson"}, "given_names": {"Anna Maria"}, "original_name": {"آنا ماريا"}},
		"birth":    {"birth_date_day": {"12"}, "birth_date_month": {"8"}, "birth_date_year": {"1990"}, "birth_place": {"Zenith"}, "birth_country": {"UTO"}, "sex": {"F"}},
		"history":  {"refused": {"no"}},
		"relation": {"relation": {"child"}},
		"journey": {"arrival_day": {"10"}, "arrival_month": {"1"}, "arrival_year": {"2027"}, "departure_day": {"20"}, "departure_month": {"1"},
			"departure_year": {"2027"}, "entries": {"1"}, "port": {"Lanet"}, "stays": {"Hotel Central"}},
		"contact": {"email": {"anna@example.org"}, "phone": {"+44 20 7946 0000"}, "address": {"1 Main Street"}, "country": {"GBR"}},
		"host":    {"has_host": {"no"}},
		"claims":  {"humanitarian": {"no"}, "family_reunification": {"no"}},
	}
}

// answer posts good answers to one page and gives where it leads.
func (v *visitor) answer(page string) string {
	v.t.Helper()
	shown := v.get("/apply/" + page)
	require.Equal(v.t, http.StatusOK, shown.status, shown.body)
	form := answers()[page]
	if strings.Contains(shown.body, `name="member"`) {
		form.Set("member", hiddenValue(v.t, shown.body, "member"))
	}
	answered := v.post("/apply/"+page, form)
	require.Equal(v.t, http.StatusSeeOther, answered.status, "%s: %s", page, answered.body)
	return answered.to()
}

// files hands in the portrait and the data page of the person who is asked now.
func (v *visitor) files(seed uint64) {
	v.t.Helper()
	page, err := dataPage()
	require.NoError(v.t, err)
	for path, data := range map[string][]byte{"/apply/portrait": portrait(v.t, seed), "/apply/passport": page} {
		shown := v.get(path)
		sent := v.upload(path, map[string]string{"member": hiddenValue(v.t, shown.body, "member")}, data)
		require.Equal(v.t, http.StatusSeeOther, sent.status, sent.body)
	}
}

func (v *visitor) fillIn(seed uint64, group bool, more ...string) {
	v.t.Helper()
	v.files(seed)
	pages := append([]string{"document", "name", "birth", "history"}, more...)
	if group {
		pages = append(pages, "journey", "contact", "host", "claims")
	}
	for _, page := range pages {
		v.answer(page)
	}
}

// Without a script, from the first page to the confirmation and back with the reference.
func TestApplyWithoutAScript(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	v.fillIn(1, true)
	check := v.get("/apply/check")
	require.Equal(t, http.StatusOK, check.status)
	require.Contains(t, check.body, "Anna Maria")
	require.Contains(t, check.body, "12 AUG 1990")
	require.NotContains(t, check.body, "There is a problem", check.body)
	declare := v.get("/apply/declare")
	require.Equal(t, http.StatusOK, declare.status, declare.to())
	form := url.Values{"declaration": {hiddenValue(t, declare.body, "declaration")}, "notice": {hiddenValue(t, declare.body, "notice")}, "shown": {"en"}}
	refused := v.post("/apply/declare", form)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.body, "Tick this box")
	form.Set("agreed", "yes")
	form.Set("noticed", "yes")
	sent := v.post("/apply/declare", form)
	require.Equal(t, "/apply/pay", sent.to(), sent.body)
	require.Contains(t, v.get("/apply/pay").body, "This is a simulator: no money moves.")
	require.Equal(t, "/apply/sent", v.get("/apply").to(), "a draft that was sent is no draft")
	out := v.post("/apply/pay", nil)
	require.Equal(t, http.StatusSeeOther, out.status, out.body)
	require.True(t, strings.HasPrefix(out.to(), w.pay+"/"), out.to())
}
