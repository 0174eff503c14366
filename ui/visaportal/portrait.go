package visaportal

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// images are the types that a browser offers to choose from; what comes is told by its content.
const images = "image/jpeg,image/png"

// fieldCamera is the input that opens a telephone's camera.
const fieldCamera = "camera"

func (p *portal) portrait(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	return p.showPortrait(c, d, member(c, d), nil)
}

// portraitSend keeps a portrait and shows what was seen in it. A page without a file goes on with the one that is kept.
func (p *portal) portraitSend(c *web.Context) error {
	d, who, data, err := p.uploaded(c)
	if err != nil {
		return err
	}
	at := apply.Where{Page: apply.PagePortrait, Member: who.ID}
	if _, has := fileOf(who, evisa.FilePortrait); has && len(data) == 0 {
		return p.redirect(c, d, at, "")
	}
	_, wrong, err := p.add(c, who, evisa.FilePortrait, data)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showPortrait(c, d, who, wrong)
	}
	return c.SeeOther(p.pathOf(d, at))
}

func (p *portal) pathOf(d apply.Draft, where apply.Where) string { return at(d, where) }

// uploaded is the one file of a form, and whom it is about. The session is asked for before the body is read.
func (p *portal) uploaded(c *web.Context) (apply.Draft, apply.Member, []byte, error) {
	d, err := p.draft(c)
	if err != nil {
		return d, apply.Member{}, nil, err
	}
	form, files, err := received(c)
	if err != nil {
		return d, apply.Member{}, nil, err
	}
	who, err := posted(d, form)
	if err != nil || len(files) == 0 {
		return d, who, nil, err
	}
	return d, who, files[0].data, nil
}

// add keeps a file; what its taker has against it is a problem of the field.
func (p *portal) add(c *web.Context, who apply.Member, kind string, data []byte) (apply.Added, apply.Problems, error) {
	if len(data) == 0 {
		return apply.Added{}, apply.Problems{problem.New(problem.Invalid, "visaportal_file_missing").At(apply.FieldFile)}, nil
	}
	added, err := p.Service.AddFile(c.Ctx(), token(c, draftCookie), who.ID, kind, data)
	if err == nil {
		return added, added.Problems, nil
	}
	wrong, err := asProblems(err) // such as too many files
	return added, wrong, err
}

func fileOf(m apply.Member, kind string) (evisa.File, bool) {
	for _, f := range m.Files {
		if f.Kind == kind {
			return f, true
		}
	}
	return evisa.File{}, false
}

func (p *portal) showPortrait(c *web.Context, d apply.Draft, who apply.Member, wrong apply.Problems) error {
	at := apply.Where{Page: apply.PagePortrait, Member: who.ID}
	say := c.Text()
	shown := p.pictured(c, d, at, wrong, "user")
	shown.Lead = []string{say.T(text.VisaportalQPortraitLead)}
	shown.Form.Live, shown.Form.Check = true, "/apply/portrait/check"
	shown.Page.Script = true
	shown.ItemsTitle, shown.Alt = text.VisaportalQPortraitLook, say.T(text.VisaportalFileKindPortrait)
	if f, has := fileOf(who, evisa.FilePortrait); has {
		_, data, err := p.Service.FileBytes(c.Ctx(), token(c, draftCookie), f.ID)
		if err != nil {
			return err
		}
		var report photo.Report
		if err := p.inTurn(c, func() (err error) { report, err = p.Service.Judge.Judge(data); return err }); err != nil {
			return err
		}
		shown.Image, shown.Have = "/apply/file/"+f.ID.String(), []string{say.T(text.VisaportalQPortraitHave)}
		shown.Items = items(say, report)
		shown.Lead = append([]string{say.T(text.VisaportalQPortraitAgain)}, shown.Lead...)
		shown.Go, shown.Again = p.onward(d, at), text.VisaportalQAnother
	}
	return c.Render(statusOf(wrong), visaportalview.Pictured(shown))
}

// onward leads to the page that comes after one that is done.
func (p *portal) onward(d apply.Draft, after apply.Where) []visaportalview.Link {
	href := "/apply"
	if next, more := p.Service.Next(d, after); more {
		href = at(d, apply.Where{Page: next.Page, Member: next.Member})
	}
	return []visaportalview.Link{{Href: href, Label: text.VisaportalContinue}}
}

// pictured is a page that takes one picture.
func (p *portal) pictured(c *web.Context, d apply.Draft, at apply.Where, wrong apply.Problems, camera string) visaportalview.Photo {
	a := asked{portal: p, say: c.Text(), page: at.Page, wrong: wrong}
	fields := []visaportalview.Field{ // a camera's own input takes no picture that is there already
		{Name: apply.FieldFile, Kind: "file", Label: c.Text().T(text.VisaportalFChoosePicture), Accept: images, Faults: a.faults(apply.FieldFile)},
		{Name: fieldCamera, Kind: "file", Label: c.Text().T(text.VisaportalFCamera), Accept: images, Capture: camera},
	}
	return visaportalview.Photo{
		Page: visaportalview.Page{Title: title(at.Page), Back: "/apply", Place: place(d, at, ""), Faulty: len(wrong) > 0},
		Asked: visaportalview.Asked{Title: title(at.Page), Person: personWord(c.Text(), d, at.Member), Form: visaportalview.Form{
			Action: "/apply/" + string(at.Page), Submit: text.VisaportalSend, Files: true, Fields: fields, Hidden: hidden(at, ""),
		}},
	}
}

// inTurn lets few pictures be judged at once.
func (p *portal) inTurn(c *web.Context, judge func() error) error {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-c.Ctx().Done():
		return c.Ctx().Err()
	}
	return judge()
}

// portraitCheck answers the script of the page: what is seen in a picture that is not kept.
func (p *portal) portraitCheck(c *web.Context) error {
	_, _, data, err := p.uploaded(c)
	if err != nil {
		return err
	}
	var report photo.Report
	var wrong apply.Problems
	if err := p.inTurn(c, func() (err error) { report, wrong, err = p.Service.JudgePortrait(c.Ctx(), data); return err }); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return c.JSON(ok, feedback{Words: c.Text().Problem(wrong[0])})
	}
	return c.JSON(ok, feedback{Items: live(c.Text(), items(c.Text(), report))})
}

// items are the report in words: each item ok, not ok with what to do, or not judged.
func items(say *text.Printer, report photo.Report) (all []visaportalview.Item) {
	for _, i := range report.Items {
		item := visaportalview.Item{Name: say.Word("photo", string(i.Code)), Verdict: string(i.Verdict)}
		switch i.Verdict {
		case photo.NotOK:
			item.Advice = strings.Join(nonEmpty(say.Word("photo", string(i.Code)+"_not_ok"), expected(say, i)), " ")
			item.Value = measure(i)
		case photo.OK:
			item.Value = measure(i)
		case photo.NotJudged:
		}
		all = append(all, item)
	}
	return all
}

// measure is a measured value with its unit, short; nothing for a number that says nothing to a person.
func measure(i photo.Item) string {
	if i.Unit == "" {
		return ""
	}
	return number(i.Measured) + " " + i.Unit
}

// expected is what would be good, where that can be said in a number.
func expected(say *text.Printer, i photo.Item) string {
	value := func(n float64) string { return number(n) + " " + i.Unit }
	switch {
	case i.Unit == "":
		return ""
	case i.Least != 0 && i.Most != 0:
		return say.T(text.PhotoFromTo, "least", value(i.Least), "most", value(i.Most))
	case i.Least != 0:
		return say.T(text.PhotoAtLeast, "value", value(i.Least))
	case i.Most != 0:
		return say.T(text.PhotoAtMost, "value", value(i.Most))
	}
	return ""
}

// number has one digit behind the point at most.
func number(n float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
}

// file shows a file to who handed it in.
func (p *portal) file(c *web.Context) error {
	if _, err := p.draft(c); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("file"))
	if err != nil {
		return apply.ErrNoFile
	}
	f, data, err := p.Service.FileBytes(c.Ctx(), token(c, draftCookie), id)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", disposition(f.Type))
	return c.Blob(ok, f.Type, data)
}

// disposition lets pictures be shown and everything else be kept: a PDF of a stranger is opened by nobody here.
func disposition(kind string) string {
	if kind == "image/jpeg" {
		return "inline"
	}
	return `attachment; filename="file.pdf"`
}
