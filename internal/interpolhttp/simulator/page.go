package simulator

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/internal/jsonhttp"
)

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulator of an INTERPOL-style service</title></head>
<body>
<h1>SIMULATOR of an INTERPOL-style service</h1>
<p><strong>This is no service of INTERPOL. Every record is made up; nobody and nothing in it exists.</strong></p>
<p>Records were made from seed {{.Seed}}. What is set here holds at once.</p>
{{range .Kinds}}
<form method="post" action="/control">
<h2>{{.Kind}}</h2>
<p>List version {{.Version}}, {{.Records}} records, asked {{.Asked}} times.</p>
<input type="hidden" name="kind" value="{{.Kind}}">
<label>Delay <input name="delay" value="{{.Knobs.Delay}}" size="8"></label>
<label>Part that fails, 0 to 1 <input name="errors" value="{{.Knobs.Errors}}" size="5"></label>
<label><input type="checkbox" name="hang" {{if .Knobs.Hang}}checked{{end}}> hangs</label>
<label><input type="checkbox" name="refuse" {{if .Knobs.Refuse}}checked{{end}}> refuses everybody</label>
<label><input type="checkbox" name="down" {{if .Knobs.Down}}checked{{end}}> cuts connections</label>
<button>Set</button>
</form>
{{end}}
</body></html>
`)) //nolint:gochecknoglobals // parsed once

type kindOnPage struct {
	Kind           interpol.Kind
	Version        string
	Records, Asked int
	Knobs          struct {
		Delay              time.Duration
		Errors             float64
		Hang, Refuse, Down bool
	}
}

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	var kinds []kindOnPage
	for _, k := range interpol.Kinds() {
		knobs := s.board.get(k)
		on := kindOnPage{Kind: k, Version: s.Data.Service(k).Version, Records: s.Data.count(k), Asked: s.Asked(k)}
		on.Knobs.Delay, on.Knobs.Errors, on.Knobs.Hang, on.Knobs.Refuse, on.Knobs.Down = time.Duration(knobs.Delay), knobs.Errors, knobs.Hang, knobs.Refuse, knobs.Down
		kinds = append(kinds, on)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'")
	_ = pageTemplate.Execute(w, map[string]any{"Seed": s.Data.seed, "Kinds": kinds}) // the reader has gone otherwise
}

// control turns the knobs of a kind as the form of the page says, and goes back to the page.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	delay, err := time.ParseDuration(r.PostFormValue("delay"))
	if err != nil {
		jsonhttp.Refuse(w, http.StatusBadRequest, ErrKnobs.Error())
		return
	}
	errors, err := strconv.ParseFloat(r.PostFormValue("errors"), 64)
	if err != nil {
		jsonhttp.Refuse(w, http.StatusBadRequest, ErrKnobs.Error())
		return
	}
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	knobs := Knobs{Delay: Duration(delay), Errors: errors, Hang: on("hang"), Refuse: on("refuse"), Down: on("down")}
	if err := s.Set(interpol.Kind(r.PostFormValue("kind")), knobs); err != nil {
		jsonhttp.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
