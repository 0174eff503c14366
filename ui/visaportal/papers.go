package visaportal

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visaportalview"
	"github.com/openbmis/openbmis/ui/web"
)

const fieldKind = "kind"

// paperKinds are the kinds of files that this page takes: the portrait and the data page have their own.
func paperKinds() []string {
	return slices.DeleteFunc(evisa.FileKinds(), func(kind string) bool { return kind == evisa.FilePortrait })
}

func (p *portal) papers(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	return p.showPapers(c, d, member(c, d), "", nil)
}

func (p *portal) papersAdd(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form, files, err := received(c)
	if err != nil {
		return err
	}
	who, err := posted(d, form)
	if err != nil {
		return err
	}
	kind := form.Get(fieldKind)
	if !slices.Contains(paperKinds(), kind) {
		wrong := apply.Problems{problem.New(problem.Invalid, "visaportal_choose").At(fieldKind)}
		return p.showPapers(c, d, who, "", append(wrong, chosenAgain(files, wrong)...))
	}
	var data []byte
	if len(files) > 0 {
		data = files[0].data
	}
	_, wrong, err := p.add(c, who, kind, data)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showPapers(c, d, who, kind, wrong)
	}
	return c.SeeOther(at(d, apply.Where{Page: apply.PagePapers, Member: who.ID}))
}

func (p *portal) papersRemove(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	form := values(c)
	who, err := posted(d, form)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(form.Get("file"))
	if err != nil {
		return apply.ErrNoFile
	}
	if _, err := p.Service.RemoveFile(c.Ctx(), token(c, draftCookie), who.ID, id); err != nil {
		return err
	}
	return c.SeeOther(at(d, apply.Where{Page: apply.PagePapers, Member: who.ID}))
}

func (p *portal) papersDone(c *web.Context) error {
	d, err := p.draft(c)
	if err != nil {
		return err
	}
	who, err := posted(d, values(c))
	if err != nil {
		return err
	}
	where := apply.Where{Page: apply.PagePapers, Member: who.ID}
	return p.redirect(c, d, where, "")
}

func (p *portal) showPapers(c *web.Context, d apply.Draft, who apply.Member, kind string, wrong apply.Problems) error {
	say, where := c.Text(), apply.Where{Page: apply.PagePapers, Member: who.ID}
	shown := visaportalview.Papers{
		Page:   visaportalview.Page{Title: text.VisaportalQPapersTitle, Back: "/apply", Place: place(d, where, ""), Faulty: len(wrong) > 0},
		Person: personWord(say, d, who.ID), Missing: p.missingPapers(say, who),
		Lead: []string{say.T(text.VisaportalQFilesLimits, "megabytes", upload.LimitsOf(evisa.FileOther).Bytes>>20, "files", p.Service.Limits.Files, text.Count, p.Service.Limits.Files)},
		Done: visaportalview.Button{Action: "/apply/papers/done", Class: "main", Label: say.T(text.VisaportalQFilesDone), Hidden: hidden(where, "")},
	}
	for _, f := range who.Files {
		shown.Files = append(shown.Files, paper(say, who, f))
	}
	shown.Full = len(who.Files) >= p.Service.Limits.Files
	shown.Add = p.paperForm(c, where, kind, wrong)
	shown.Faults = append(shown.Add.Faults(), others(say, wrong)...)
	return c.Render(statusOf(wrong), visaportalview.PaperList(shown))
}

func (p *portal) paperForm(c *web.Context, where apply.Where, kind string, wrong apply.Problems) visaportalview.Form {
	a := asked{portal: p, say: c.Text(), page: where.Page, wrong: wrong}
	var options []visaportalview.Option
	for _, one := range paperKinds() {
		options = append(options, visaportalview.Option{Value: one, Label: c.Text().Word("visaportal.file_kind", one), Selected: one == kind})
	}
	return visaportalview.Form{Action: "/apply/papers", Submit: text.VisaportalQFilesAdd, Files: true, Hidden: hidden(where, ""), Fields: []visaportalview.Field{
		{Name: fieldKind, Kind: "select", Label: c.Text().T(text.VisaportalFFileKind), Options: options, Faults: a.faults(fieldKind)},
		{Name: apply.FieldFile, Kind: "file", Label: c.Text().T(text.VisaportalFFile), Accept: images + ",application/pdf", Faults: a.faults(apply.FieldFile)},
	}}
}

// others are problems that no field of the form stands for.
func others(say *text.Printer, wrong apply.Problems) (all []visaportalview.Fault) {
	for _, one := range wrong {
		if one.Field != fieldKind && one.Field != apply.FieldFile {
			all = append(all, visaportalview.Fault{Href: "#f-" + fieldKind, Words: say.Problem(one)})
		}
	}
	return all
}

func paper(say *text.Printer, who apply.Member, f evisa.File) visaportalview.Paper {
	kind := say.Word("visaportal.file_kind", f.Kind)
	return visaportalview.Paper{
		Kind: kind, About: say.T(text.VisaportalQFileSize, "kilobytes", (f.Size+1023)>>10), Show: "/apply/file/" + f.ID.String(),
		Remove: visaportalview.Button{Action: "/apply/papers/remove", Label: say.T(text.VisaportalRemove) + ": " + kind, Hidden: []visaportalview.Option{
			{Value: "member", Label: who.ID.String()}, {Value: "file", Label: f.ID.String()},
		}},
	}
}

// missingPapers names what the type asks for and is not there yet.
func (p *portal) missingPapers(say *text.Printer, who apply.Member) string {
	var missing []string
	for _, want := range p.Service.Wanted(who) {
		missing = append(missing, say.Word("visaportal.file_kind", want))
	}
	if len(missing) == 0 {
		return ""
	}
	return say.T(text.VisaportalQFilesMissing, "kinds", strings.Join(missing, " · "))
}
