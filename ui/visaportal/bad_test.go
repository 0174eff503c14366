package visaportal_test

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/ui/web"
)

// payloads is one of each kind of thing that strangers type.
func payloads() map[string]string {
	return map[string]string{
		"script":       `<script>alert("portal")</script>`,
		"attribute":    `"><img src=x onerror=alert(1)>`,
		"sql":          `'; DROP TABLE portal.draft; --`,
		"template":     `{{.}}${7*7}<%= 7*7 %>`,
		"control":      "a\x01\x02\x1b[31mb",
		"nul":          "a\x00b",
		"bidi":         "abc\u202ecba\u2066x",
		"zero width":   "a\u200b\u200c\u200d\ufeffb",
		"marks":        "Z" + strings.Repeat("\u0335\u0352", 400),
		"not utf-8":    "a\xff\xfe\xc0b",
		"long":         strings.Repeat("x", 100<<10),
		"10 MB":        strings.Repeat("Ñ", 5<<20),
		"lines":        "a\r\nSet-Cookie: b=c\r\n\r\n<p>",
		"far east":     "𠀀姓名\U0001F9DB",
		"empty":        "",
		"format":       "%s%n%x../../../etc/passwd",
		"many spaces":  strings.Repeat(" \t", 3000),
		"wide letters": strings.Repeat("﷽", 200),
	}
}

// fieldNames are all fields that any form of the portal knows.
func fieldNames(t *testing.T, v *visitor) []string {
	t.Helper()
	names := []string{"reference", "document", "number", "text", "sure", "agreed", "noticed", "declaration", "notice", "shown", "link", "next",
		"language", "email", "kind", "file", "step_nationality", "step_document_code", "step_purpose", "step_arrival", "from", "passport"}
	field := regexp.MustCompile(` name="([^"]+)"`)
	for _, page := range []string{"purpose", "nation", "type", "document", "name", "birth", "history", "journey", "contact", "host", "claims"} {
		for _, found := range field.FindAllStringSubmatch(v.get("/apply/"+page).body, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "member" || name == "viewport" })
}

// forms are all routes that take something, with every page of questions in the place of its parameter.
func (w *world) forms() (paths []string) {
	for _, r := range w.Routes() {
		if r.Method != http.MethodPost || r.Machine {
			continue
		}
		if !strings.Contains(r.Path, ":page") {
			paths = append(paths, r.Path)
			continue
		}
		for _, page := range []string{"purpose", "nation", "type", "document", "name", "birth", "relation", "history", "journey", "contact", "host", "claims", "nonsense"} {
			paths = append(paths, strings.Replace(r.Path, ":page", page, 1))
		}
	}
	return paths
}

// fresh gives the visitor a draft and an open application again, where an act has taken them away.
func (v *visitor) fresh() {
	v.t.Helper()
	if v.get("/apply").status != http.StatusOK {
		v.post("/apply", url.Values{"nationality": {"UTO"}, "document_code": {"P"}, "purpose": {"tourism"}, "type": {"T"}})
	}
}

func (v *visitor) memberID() string {
	v.t.Helper()
	return hiddenValue(v.t, v.get("/apply/name").body, "member")
}

// Every kind of payload, into every field of every form that there is: nothing fails on our side, and nothing comes back as markup.
func TestPayloadsInEveryForm(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	names := fieldNames(t, v)
	require.Greater(t, len(names), 50)
	for kind, payload := range payloads() {
		for _, path := range w.forms() {
			v.fresh()
			form := url.Values{"member": {v.memberID()}}
			for _, name := range names {
				form.Set(name, payload)
			}
			if len(payload) > 1<<20 {
				form = url.Values{"surname": {payload}, "number": {payload}}
			}
			sent := v.post(path, form)
			require.Less(t, sent.status, 500, "%s into %s: %s", kind, path, sent.body)
			v.harmless(kind, path, payload, sent)
		}
	}
	require.NotContains(t, w.logs.String(), "DROP TABLE", "what was typed is in the log")
	require.NotContains(t, w.logs.String(), "panic")
}

// harmless: nothing of what was typed stands unescaped in an answer, nor in a header.
func (v *visitor) harmless(kind, path, payload string, a answer) {
	v.t.Helper()
	require.NotContains(v.t, a.body, `<script>alert`, "%s into %s", kind, path)
	require.NotContains(v.t, a.body, `<img src=x`, "%s into %s", kind, path)
	for _, hidden := range []string{"\u202e", "\u2066", "\u200b", "\x1b"} {
		if strings.Contains(payload, hidden) {
			require.NotContains(v.t, html.UnescapeString(a.body), hidden, "%s into %s", kind, path)
		}
	}
	require.Empty(v.t, a.header.Get("B"), "a header was made of what was typed")
	require.NotContains(v.t, a.to(), "script")
}

// Forms that are no forms: too many fields, broken parts, wrong types, huge bodies. Never a fault of ours.
func TestBrokenFormsInEveryRoute(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	many := url.Values{}
	for n := range 10_000 {
		many.Set(fmt.Sprintf("field%d", n), "x")
	}
	parts := strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", 5000) + "--b--\r\n"
	for what, c := range map[string]struct{ kind, body string }{
		"10,000 fields":       {"application/x-www-form-urlencoded", many.Encode()},
		"wrong escape":        {"application/x-www-form-urlencoded", "a=%zz&%=%"},
		"no boundary":         {"multipart/form-data", "--b\r\n"},
		"wrong boundary":      {"multipart/form-data; boundary=b", "--c\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"},
		"cut off":             {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n\xff\xd8"},
		"5,000 parts":         {"multipart/form-data; boundary=b", parts},
		"wrong utf-8 in part": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\xff\xfe\r\n--b--\r\n"},
		"nul in part":         {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"te\x00xt\"\r\n\r\na\x00\r\n--b--\r\n"},
		"long header":         {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"" + strings.Repeat("n", 100_000) + "\"\r\n\r\nx\r\n--b--\r\n"},
		"json":                {"application/json", `{"surname": "x"}`},
		"no type":             {"", "surname=x"},
		"40 MB":               {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n" + strings.Repeat("x", 40<<20)},
		"text of 1 MB":        {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + strings.Repeat("x", 1<<20) + "\r\n--b--\r\n"},
	} {
		for _, path := range w.forms() {
			v.fresh()
			sent := v.send(http.MethodPost, path, c.kind, strings.NewReader(c.body))
			require.Less(t, sent.status, 500, "%s to %s: %s", what, path, sent.body)
		}
	}
	require.NotContains(t, w.logs.String(), `"panic"`)
}

// Files that are not what a page takes are refused with a sentence at the field; the person stays where he is.
func TestWrongFilesAreRefusedInWords(t *testing.T) {
	w := open(t)
	v := w.begun(t, "en")
	picture := portrait(t, 3)
	for _, path := range []string{"/apply/portrait", "/apply/passport", "/apply/papers"} {
		for name, data := range map[string][]byte{
			"html": []byte("<html><script>alert(1)</script>"), "nothing": nil, "program": append([]byte("MZ\x90"), bytes.Repeat([]byte{0}, 4096)...),
			"cut off": picture[:len(picture)/3], "svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "zip": []byte("PK\x03\x04xxxxxxxxxxxxxxxx"),
		} {
			sent := v.upload(path, map[string]string{"member": v.memberID(), "kind": "ticket"}, data)
			require.Equal(t, http.StatusUnprocessableEntity, sent.status, "%s to %s", name, path)
			require.Contains(t, sent.body, `id="f-file-fault"`, "%s to %s", name, path)
			require.Contains(t, sent.body, `href="#f-file"`, "%s to %s", name, path)
		}
	}
}

// The answer to a body that is too large comes in the portal's own frame, in the person's language.
func TestTooLargeIsSaidInThePortalsFrame(t *testing.T) {
	w := open(t)
	sent := w.visitor(t, "fr").post("/verify", url.Values{"number": {strings.Repeat("E", 1<<20)}})
	require.Equal(t, http.StatusRequestEntityTooLarge, sent.status)
	require.Contains(t, sent.body, `class="portal"`)
	require.Contains(t, sent.body, "Demander un visa")
	lost := w.visitor(t, "es").get("/nowhere")
	require.Equal(t, http.StatusNotFound, lost.status)
	require.Contains(t, lost.body, "Solicitar un visado")
}

// Nothing of the centre's can be asked for here: the whole table is public, wants to know a form's origin, and is the golden one.
func TestRoutes(t *testing.T) {
	w := open(t)
	for _, r := range w.Routes() {
		require.True(t, r.Public, r.Path)
		require.True(t, r.FromBrowser || r.Machine || r.Path == "/static/:file", r.Path)
		require.LessOrEqual(t, r.MaxBody, int64(40<<20), r.Path)
	}
	golden(t, w.Routes())
	v := w.visitor(t, "en")
	for _, path := range []string{"/signin", "/account", "/analyst", "/metrics", "/healthz", "/counter", "/visas", "/enrol", "/audit"} {
		require.Equal(t, http.StatusNotFound, v.get(path).status, path)
	}
}

func golden(t *testing.T, routes []web.Route) {
	t.Helper()
	var out strings.Builder
	for _, r := range routes {
		fmt.Fprintf(&out, "%-4s %-28s %d kB\n", r.Method, r.Path, r.MaxBody>>10)
	}
	compare(t, "testdata/routes.golden", out.String())
}
