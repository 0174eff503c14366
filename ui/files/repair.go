package files

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/filesview"
	"github.com/openbmis/openbmis/ui/web"
)

// purposeRepair is what the repair desk reads and writes for.
const purposeRepair = "file_repair"

// desk reads the file for the repair desk.
func (x *screens) desk(c *web.Context) (p filesview.Repair, person file.Person, err error) {
	if p.ID, err = idOf(c, "id"); err != nil {
		return p, person, err
	}
	person, err = x.Files.Person(c.Ctx(), p.ID, entry(c, audit.Consultation, "file", p.ID.String(), purposeRepair))
	if err != nil {
		return p, person, err
	}
	p.Act = actOf(c)
	p.Identity, p.History, p.MaxMB = person.Identity(), person.History, file.MaxEvidence>>20
	p.Seen = file.See(person.History, x.Regimes(), x.ask(c, person))
	p.Form = form(c, p.Act.Fields())
	if p.Act == filesview.ActSupply && p.Form.Value("station") == "" {
		p.Form.Values["station"] = x.Post.Station
	}
	return p, person, nil
}

func actOf(c *web.Context) filesview.Act {
	if strings.HasSuffix(c.Path(), "/authorisation") {
		return filesview.ActAuthorise
	}
	for _, a := range filesview.RepairActs() {
		if c.QueryParam("act") == string(a) {
			return a
		}
	}
	return filesview.ActSupply
}

func (x *screens) repairForm(c *web.Context) error {
	p, _, err := x.desk(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, filesview.RepairPage(p))
}

// repair takes the form: first it shows what would change, then, when the person has seen that, it writes.
func (x *screens) repair(c *web.Context) error {
	if err := legible(c.Request()); err != nil {
		return err
	}
	p, person, err := x.desk(c)
	if err != nil {
		return err
	}
	step := c.FormValue("step")
	if step == "change" {
		return c.Render(http.StatusOK, filesview.RepairPage(p))
	}
	repair, err := x.readRepair(c, p, person)
	if err == nil {
		err = repair.Check(x.today(c))
	}
	if err == nil && step == "save" {
		if err = x.save(c, repair); err == nil {
			return c.SeeOther("/files/" + p.ID.String() + "?purpose=" + purposeRepair + "&done=repair")
		}
	}
	var wrong *problem.Error
	badFile := errors.As(err, &wrong) && wrong.Field == "evidence_file"
	if err == nil || badFile {
		preview := repair.Preview(p.History, x.Regimes(), x.ask(c, person))
		p.Preview = &preview
	}
	if err == nil {
		return c.Render(http.StatusOK, filesview.RepairPage(p))
	}
	words, own := blame(c, p.Form, err)
	if !own {
		return err
	}
	p.Failed = words
	return c.Render(web.StatusOf(err), filesview.RepairPage(p))
}

func (x *screens) save(c *web.Context, repair file.Repair) error {
	e := entry(c, audit.Alteration, "file", repair.File.String(), purposeRepair)
	return x.Files.Repair(c.Ctx(), repair, x.author(c), e)
}

// legible refuses text of a form in parts that nothing can hold; the server has looked at other forms itself.
func legible(r *http.Request) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil
	}
	// All of it stays in memory: what a person hands in must not lie about in a temporary file.
	if err := r.ParseMultipartForm(maxUpload); err != nil {
		return problem.New(problem.Invalid, "evidence.too_large").At("evidence_file").With("max", file.MaxEvidence>>20).Because(err)
	}
	for name, values := range r.MultipartForm.Value {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return problem.New(problem.Invalid, "text_illegible").At(name)
			}
		}
	}
	return nil
}

// readRepair reads the act of the form.
func (x *screens) readRepair(c *web.Context, p filesview.Repair, person file.Person) (r file.Repair, err error) {
	switch p.Act {
	case filesview.ActSupply:
		r, err = x.readSupply(p.Form, person)
	case filesview.ActVoid:
		var m stay.Movement
		if m, err = pick(p.Form, "movement", p.History); err == nil {
			r.Void = []file.Voided{{Movement: m.ID, Ground: p.Form.Value("ground"), Evidence: p.Form.Value("evidence")}}
		}
	case filesview.ActSwap:
		r, err = readSwap(p.Form, person)
	case filesview.ActAuthorise:
		r, err = readChange(p.Form, c.Now(), x.zone())
	}
	if err != nil {
		return r, err
	}
	r.File = p.ID
	r = r.Identified(x.NewID)
	r.Evidence, err = uploads(c.Request())
	return r, err
}

func (x *screens) readSupply(f filesview.Form, person file.Person) (r file.Repair, err error) {
	m := stay.Movement{
		Direction: border.Direction(f.Value("direction")), Station: strings.TrimSpace(f.Value("station")), Basis: border.Basis(f.Value("basis")),
		Nationality: person.Identity().Nationality,
	}
	if m.Date, err = readDate(f, "date"); err != nil {
		return r, err
	}
	if m.Until, err = readDate(f, "until"); err != nil {
		return r, err
	}
	if m.At, err = file.At(m.Date, f.Value("clock"), m.Direction, x.zone()); err != nil {
		return r, err
	}
	return file.Repair{Origin: border.Origin(f.Value("origin")), Supply: []file.Supplied{{
		Movement: m, Ground: f.Value("ground"), Evidence: f.Value("evidence"), Identity: person.Identity(), Document: person.Document(),
	}}}, nil
}

func readSwap(f filesview.Form, person file.Person) (r file.Repair, err error) {
	one, err := pick(f, "movement", person.History)
	if err != nil {
		return r, err
	}
	two, err := pick(f, "movement_two", person.History)
	if err != nil {
		return r, err
	}
	if one.ID == two.ID || one.Direction == two.Direction {
		return r, problem.New(problem.Invalid, "repair.swap").At("movement_two")
	}
	of := func(m stay.Movement) file.Supplied {
		return file.Supplied{Movement: m, Identity: person.Identity(), Document: person.Document()}
	}
	return file.Swap(uuid.Nil, of(one), of(two), f.Value("evidence")), nil
}

func pick(f filesview.Form, field string, h stay.History) (stay.Movement, error) {
	for _, m := range h.Movements {
		if m.ID.String() == f.Value(field) {
			return m, nil
		}
	}
	return stay.Movement{}, problem.New(problem.Invalid, "repair.movement").At(field)
}

func readChange(f filesview.Form, now time.Time, zone *time.Location) (r file.Repair, err error) {
	a := file.Authorisation{
		Authorisation: stay.Authorisation{Kind: stay.AuthorisationKind(f.Value("kind"))},
		Authority:     strings.TrimSpace(f.Value("authority")), Place: strings.TrimSpace(f.Value("place")),
		Sticker: strings.TrimSpace(f.Value("sticker")), Ground: f.Value("ground"), Evidence: f.Value("evidence"),
	}
	if a.On, err = readDate(f, "date"); err != nil {
		return r, err
	}
	if a.Until, err = readDate(f, "until"); err != nil {
		return r, err
	}
	// The hour of a decision is not asked for: it holds from the beginning of its day, but is never later than now.
	if a.At, err = file.At(a.On, "", border.Entry, zone); err != nil {
		return r, err
	}
	if a.At.After(now) {
		a.At = now.UTC()
	}
	r.Authorise = &a
	if old, err := uuid.Parse(f.Value("supersedes")); err == nil {
		r.Supersedes = []uuid.UUID{old}
	}
	return r, nil
}

// uploads are the documents of the form.
func uploads(r *http.Request) (list []file.Upload, err error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	for _, head := range r.MultipartForm.File["evidence_file"] {
		if head.Filename == "" {
			continue
		}
		part, err := head.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(part, file.MaxEvidence+1))
		if err = errors.Join(err, part.Close()); err != nil {
			return nil, err
		}
		list = append(list, file.Upload{Name: head.Filename, Content: content})
	}
	return list, nil
}
