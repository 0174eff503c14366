package simulator

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/openbmis/openbmis/evisa/pay"
)

var templates = template.Must(template.New("").Parse(`{{define "head"}}<!doctype html>
<html lang="{{.W.Language}}" dir="{{.W.Direction}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.W.Simulator}}</title><link rel="stylesheet" href="/simulator.css"></head><body>
<header><strong>{{.W.Simulator}}</strong><p>{{.W.Nothing}}</p></header><main>{{end}}
{{define "order"}}{{template "head" .}}
<h1>{{.W.Fee}}</h1><p class="fee"><bdi>{{.O.Amount}}</bdi></p>
{{if eq .O.State "open"}}<form method="post"><button name="do" value="pay" autofocus>{{.W.Pay}}</button>
<button name="do" value="refuse" class="other">{{.W.Refuse}}</button></form>
{{else}}<p role="status">{{if eq .O.State "paid"}}{{.W.Paid}}{{else if eq .O.State "refused"}}{{.W.Refused}}{{else}}{{.W.Expired}}{{end}}</p>
<p><a href="{{.O.Return}}">{{.W.Back}}</a></p>{{end}}</main></body></html>{{end}}
{{define "unknown"}}{{template "head" .}}<h1>{{.W.Unknown}}</h1></main></body></html>{{end}}
{{define "board"}}{{template "head" .}}<h1>{{.W.Knobs}}</h1>
<form method="post" action="/control?lang={{.W.Language}}">
<label><input type="checkbox" name="twice" {{if .K.Twice}}checked{{end}}> {{.W.Twice}}</label>
<label>{{.W.Delay}} <input name="delay" value="{{.K.Delay}}" size="8"></label>
<label><input type="checkbox" name="lose" {{if .K.Lose}}checked{{end}}> {{.W.Lose}}</label>
<label><input type="checkbox" name="repeat" {{if .K.Repeat}}checked{{end}}> {{.W.Repeat}}</label>
<label>{{.W.Amount}} <input name="amount" value="{{.K.Amount}}" size="8" inputmode="numeric"></label>
<label>{{.W.Currency}} <input name="currency" value="{{.K.Currency}}" size="4"></label>
<label><input type="checkbox" name="mute" {{if .K.Mute}}checked{{end}}> {{.W.Mute}}</label>
<label><input type="checkbox" name="slow" {{if .K.Slow}}checked{{end}}> {{.W.Slow}}</label>
<label><input type="checkbox" name="deny" {{if .K.Deny}}checked{{end}}> {{.W.Deny}}</label>
<button>{{.W.Set}}</button></form>
<h2>{{.W.Orders}}</h2>{{if not .Orders}}<p>{{.W.None}}</p>{{else}}
<table><thead><tr><th scope="col">{{.W.Order}}</th><th scope="col">{{.W.Fee}}</th><th scope="col">{{.W.State}}</th>
<th scope="col">{{.W.Payments}}</th><th scope="col">{{.W.Refunds}}</th><td></td></tr></thead><tbody>
{{range .Orders}}<tr><td><a href="/pay/{{.Ref}}?lang={{$.W.Language}}"><bdi>{{.Ref}}</bdi></a></td><td><bdi>{{.Amount}}</bdi></td><td><bdi>{{.State}}</bdi></td>
<td>{{.Payments}}</td><td>{{.Refunds}}</td>
<td><form method="post" action="/pay/{{.Ref}}?lang={{$.W.Language}}"><button name="do" value="again" class="other">{{$.W.Again}}</button></form></td></tr>
{{end}}</tbody></table>{{end}}</main></body></html>{{end}}`)) //nolint:gochecknoglobals // parsed once

const css = `:root{color-scheme:light}body{margin:0;font:1.125rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
header{background:#7a2e00;color:#fff;padding:1rem 1.25rem;font-size:1.25rem}header p{margin:.25rem 0 0;font-size:1rem}
main{max-inline-size:44rem;margin-inline:auto;padding:1.25rem}.fee{font-size:2rem;font-weight:700;margin-block:.5rem 1.5rem}
form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center}label{flex-basis:100%}input{font:inherit;padding:.25rem}
button{font:inherit;font-weight:700;min-block-size:3rem;padding:.5rem 1.5rem;border:2px solid #0b4f2e;background:#0b4f2e;color:#fff;border-radius:4px}
button.other{background:#fff;color:#0b4f2e}button:focus,a:focus,input:focus{outline:3px solid #ffb000;outline-offset:2px}a{color:#0b4f2e}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:start;padding:.5rem;border-block-end:1px solid #bbb}
`

// shown is an order as the board shows it.
type shown struct {
	Ref               string
	Amount            string
	State             pay.ProviderState
	Payments, Refunds int
	Return            string
}

type data struct {
	W      words
	O      shown
	K      Knobs
	Orders []shown
}

func (o *order) shown() shown {
	return shown{o.ref, o.Amount.String(), o.state, len(o.payments), len(o.refunds), o.Return}
}

// show writes a page. Browsers hold where a form may lead, redirects included, against the policy: the way back is named in it.
func (s *Server) show(w http.ResponseWriter, status int, name string, d data) {
	action := "'self'"
	if back, err := url.Parse(d.O.Return); err == nil && back.Host != "" {
		action += " " + back.Scheme + "://" + back.Host
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "+action)
	w.Header().Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	if err := templates.ExecuteTemplate(w, name, d); err != nil {
		s.o.Log.Warn("payment simulator: a page was not written", "error", err)
	}
}

func (s *Server) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(css)) // the reader has gone otherwise
}

// language is the one asked for in the address, else the order's.
func language(r *http.Request, otherwise string) words {
	if asked := r.URL.Query().Get("lang"); asked != "" {
		return wordsIn(asked)
	}
	return wordsIn(otherwise)
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	o, found := s.book.find(r.PathValue("ref"), s.o.Now())
	if !found {
		s.show(w, http.StatusNotFound, "unknown", data{W: language(r, "")})
		return
	}
	s.show(w, http.StatusOK, "order", data{W: language(r, o.Language), O: o.shown()})
}

// act is a button of the page.
func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	ref := r.PathValue("ref")
	var back string
	var ok bool
	switch r.PostFormValue("do") {
	case "pay":
		back, ok = s.Pay(ref)
	case "refuse":
		back, ok = s.Refuse(ref)
	case "again":
		back, ok = "/?lang="+language(r, "").Language, s.PayAgain(ref)
	}
	if !ok {
		s.page(w, r) // it says where the order stands
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther) //nolint:gosec // where the signed order says, or the board
}

func (s *Server) board(w http.ResponseWriter, r *http.Request) {
	d := data{W: language(r, ""), K: s.Knobs()}
	for _, ref := range slices.Backward(s.Orders()) {
		if o, found := s.book.find(ref, s.o.Now()); found && len(d.Orders) < 100 {
			d.Orders = append(d.Orders, o.shown())
		}
	}
	s.show(w, http.StatusOK, "board", d)
}

// control turns the knobs as the board's form says.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	k := Knobs{Twice: on("twice"), Lose: on("lose"), Repeat: on("repeat"), Mute: on("mute"), Slow: on("slow"), Deny: on("deny"), Currency: r.PostFormValue("currency")}
	var wrong, wrongAmount error
	k.Delay, wrong = time.ParseDuration(r.PostFormValue("delay"))
	k.Amount, wrongAmount = strconv.ParseInt(r.PostFormValue("amount"), 10, 64)
	if wrong != nil || wrongAmount != nil || s.Set(k) != nil {
		http.Error(w, ErrKnobs.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/?lang="+language(r, "").Language, http.StatusSeeOther)
}
