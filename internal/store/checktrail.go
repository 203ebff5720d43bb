package store

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// CheckNumbers compares the numbers of samples with those that the trail tells were given,
// and refuses a counter of numbers that is below one of them: the next samples would get
// numbers that are on labels and slips. Samples are never removed. Of numbers that an
// import gave the trail tells nothing.
func (x Snapshot) CheckNumbers() error {
	services, err := servicesTable.list(x.at.Tx, "ORDER BY id")
	if err != nil {
		return err
	}
	for i := range services {
		if err := checkRegistered(x.at.Tx, &services[i]); err != nil {
			return err
		}
	}
	return checkCounters(x.at.Tx)
}

// checkRegistered compares the samples that were registered with what the trail tells.
func checkRegistered(tx *gorm.DB, service *lab.Service) error {
	err := eachEvent(tx, service.ID, lab.RegisterSample, func(events []auditEvent) error {
		samples, err := byID(tx, service.ID, events)
		if err != nil {
			return err
		}
		for i := range events {
			given, err := givenBy(&events[i], service.Code)
			if err != nil {
				return err
			}
			now, there := samples[events[i].Subject]
			if !there {
				return goneError(tx, service.ID, given)
			}
			if number := now.Number(service.Code); number != given {
				return fmt.Errorf("sample %s has the number %s, and the trail tells that it was given %s", now.ID, number, given)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	first, err := untold(tx, "samples", service.ID, lab.RegisterSample)
	if err == nil && first != "" {
		err = fmt.Errorf("the trail tells of nobody who registered sample %s of service %d", first, service.ID)
	}
	return err
}

// byID are the identity and number of samples that were registered, by id.
func byID(tx *gorm.DB, service lab.ServiceID, registered []auditEvent) (map[string]lab.Sample, error) {
	var samples []lab.Sample
	err := tx.Raw("SELECT service_id, id, number_year, number_series, number_running FROM samples WHERE service_id = ? AND id IN ?", service, subjects(registered)).Scan(&samples).Error
	found := map[string]lab.Sample{}
	for i := range samples {
		found[samples[i].ID.String()] = samples[i]
	}
	return found, err
}

// givenBy is the number that a sample was given when it was registered.
func givenBy(registered *auditEvent, code string) (lab.SampleNumber, error) {
	given := lab.SampleNumber{Service: code}
	changes, err := registered.changes()
	for _, c := range changes {
		switch c.Field {
		case "number_year":
			given.Year = int(c.New.Number())
		case "number_series":
			given.Series = int(c.New.Number())
		case "number_running":
			given.Running = int(c.New.Number())
		}
	}
	return given, err
}

// goneError says that a sample is gone, and whether another has its number now.
func goneError(tx *gorm.DB, service lab.ServiceID, given lab.SampleNumber) error {
	var again []string
	err := tx.Raw("SELECT CAST(id AS text) FROM samples WHERE service_id = ? AND number_year = ? AND number_series = ? AND number_running = ?",
		service, given.Year, given.Series, given.Running).Scan(&again).Error
	switch {
	case err != nil:
		return err
	case len(again) > 0:
		return fmt.Errorf("the number %s was given twice: the sample that was registered with it is gone, and sample %s has it", given, again[0])
	}
	return fmt.Errorf("the sample %s, of which the trail tells, is gone", given)
}

// eventsAtOnce is how many events are read at a time to compare what they tell.
const eventsAtOnce = 400

// eachEvent hands over the events of an action, so many at a time.
func eachEvent(tx *gorm.DB, service lab.ServiceID, action lab.Action, take func([]auditEvent) error) error {
	for seq := int64(0); ; {
		events, err := eventsTable.list(tx, "WHERE service_id = ? AND seq > ? AND action = ? ORDER BY seq LIMIT ?", service, seq, action, eventsAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		seq = events[len(events)-1].Seq
		if err := take(events); err != nil {
			return err
		}
	}
}

func subjects(events []auditEvent) []string {
	ids := make([]string, len(events))
	for i := range events {
		ids[i] = events[i].Subject
	}
	return ids
}

// untold is the first record of a service that no import brought, and of which the trail
// does not tell that somebody made it; empty where there is none.
func untold(tx *gorm.DB, table string, service lab.ServiceID, made lab.Action) (id string, err error) {
	var ids []string
	err = tx.Raw("SELECT CAST(x.id AS text) AS record FROM "+table+" x WHERE x.service_id = ? AND x.import_id IS NULL AND NOT EXISTS "+
		"(SELECT 1 FROM audit_events e WHERE e.service_id = x.service_id AND e.subject = CAST(x.id AS text) AND e.action = ?) ORDER BY record LIMIT 1",
		service, made).Scan(&ids).Error
	return strings.Join(ids, ""), err
}

// checkCounters refuses a counter that is below a number of a sample.
func checkCounters(tx *gorm.DB) error {
	var behind []struct {
		Code                string
		Year, Series, Given int
		Last                *int
	}
	err := tx.Raw("SELECT v.code, x.number_year AS year, x.number_series AS series, max(x.number_running) AS given, c.last FROM samples x " +
		"JOIN services v ON v.id = x.service_id LEFT JOIN sample_counters c ON c.service_id = x.service_id AND c.year = x.number_year AND c.series = x.number_series " +
		"GROUP BY v.code, x.number_year, x.number_series, c.last HAVING c.last IS NULL OR c.last < max(x.number_running) ORDER BY 1, 2, 3").Scan(&behind).Error
	if err != nil {
		return err
	}
	if len(behind) > 0 {
		b, last := behind[0], "is gone"
		if b.Last != nil {
			last = fmt.Sprintf("stands at %d", *b.Last)
		}
		return fmt.Errorf("%d counters of sample numbers went back: that of %s, %d, series %q %s, and %s was given; set it to the greatest number that was given",
			len(behind), b.Code, b.Year, lab.SeriesLetter(b.Series), last, lab.SampleNumber{Service: b.Code, Year: b.Year, Series: b.Series, Running: b.Given})
	}
	life, err := newestLife(tx)
	if err != nil {
		return err
	}
	var newest int
	if err := tx.Raw("SELECT coalesce(max(series), 0) FROM (SELECT series FROM sample_counters WHERE service_id > 0) given").Scan(&newest).Error; err != nil {
		return err
	}
	if newest > int(life.Life) {
		return fmt.Errorf("numbers were given in series %q, and the registry goes on in %q; type: marquis restored", lab.SeriesLetter(newest), lab.SeriesLetter(int(life.Life)))
	}
	return nil
}

// CheckMark compares what the registry says made up its samples with what the trail tells
// of that: without the mark, samples that nobody handed in look like those of visitors.
func (x Snapshot) CheckMark() error {
	now, err := setting(x.at.Tx, syntheticSetting)
	if err != nil {
		return err
	}
	marked, err := eventsTable.list(x.at.Tx, "WHERE service_id = 0 AND action = ? ORDER BY seq", lab.MarkSynthetic)
	if err != nil {
		return err
	}
	told := ""
	for i := range marked {
		changes, err := marked[i].changes()
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.Field == lab.TrailSynthetic {
				told = c.New.Text()
			}
		}
	}
	if now != told {
		return fmt.Errorf("the registry is marked synthetic with %q, and the trail tells of %q; correct it in the table settings", now, told)
	}
	return nil
}

// CheckRoles compares the roles of people, and who is disabled, with what the trail tells
// that they were given.
func (x Snapshot) CheckRoles() error {
	told, err := toldOfPeople(x.at.Tx)
	if err != nil {
		return err
	}
	var accounts []userRow
	if err := x.at.Tx.Raw("SELECT id, login, disabled FROM users ORDER BY id").Scan(&accounts).Error; err != nil {
		return err
	}
	for _, a := range accounts {
		var held []lab.Membership
		if err := x.at.Tx.Raw("SELECT user_id, service_id, role FROM memberships WHERE user_id = ?", a.ID).Scan(&held).Error; err != nil {
			return err
		}
		was := told[a.Login]
		have := membershipTexts(held)
		slices.Sort(have)
		switch {
		case was == nil:
			return fmt.Errorf("the trail tells of nobody who added %s", a.Login)
		case !slices.Equal(was.roles, have):
			return fmt.Errorf("%s has the roles [%s], and the trail tells of [%s]", a.Login, strings.Join(have, " "), strings.Join(was.roles, " "))
		case was.disabled != a.Disabled:
			return fmt.Errorf("%s is disabled: %v, and the trail tells of %v", a.Login, a.Disabled, was.disabled)
		}
		delete(told, a.Login)
	}
	for login := range told {
		return fmt.Errorf("%s, of whom the trail tells, is gone", login)
	}
	return nil
}

// toldOf is what the trail tells of a person.
type toldOf struct {
	roles    []string // as role@service, in order
	disabled bool
}

// toldOfPeople is what the trail tells of everybody who was ever added, by login.
func toldOfPeople(tx *gorm.DB) (map[string]*toldOf, error) {
	events, err := eventsTable.list(tx, "WHERE service_id = 0 AND action IN ? ORDER BY seq",
		[]lab.Action{lab.AddUser, lab.SetMemberships, lab.DisableUser, lab.EnableUser})
	if err != nil {
		return nil, err
	}
	told := map[string]*toldOf{}
	for i := range events {
		e := &events[i]
		if told[e.Subject] == nil {
			told[e.Subject] = &toldOf{}
		}
		person := told[e.Subject]
		if e.Action == lab.DisableUser || e.Action == lab.EnableUser {
			person.disabled = e.Action == lab.DisableUser
			continue
		}
		changes, err := e.changes()
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if c.Field != lab.TrailMemberships {
				continue
			}
			person.roles = nil
			for _, role := range c.New.List() {
				person.roles = append(person.roles, role.Text())
			}
			slices.Sort(person.roles)
		}
	}
	return told, nil
}

// CheckAnalyses compares analyses and their findings with what the trail tells of them,
// and returns how many. Somebody entered each that no import brought. Of those that an
// import brought, or that were entered when events told less, the trail does not tell
// all, so that they are not compared.
func (x Snapshot) CheckAnalyses() (n int, err error) {
	var services []lab.ServiceID
	if err := x.at.Tx.Raw("SELECT id FROM services ORDER BY id").Scan(&services).Error; err != nil {
		return 0, err
	}
	for _, service := range services {
		compared, err := checkAnalysesOf(x.at.Tx, service)
		if n += compared; err != nil {
			return n, err
		}
	}
	return n, nil
}

func checkAnalysesOf(tx *gorm.DB, service lab.ServiceID) (n int, err error) {
	err = eachEvent(tx, service, lab.EnterAnalysis, func(entered []auditEvent) error {
		entered = slices.DeleteFunc(entered, func(e auditEvent) bool { return e.Format == firstFormat })
		n += len(entered)
		return compareAnalyses(tx, service, subjects(entered))
	})
	if err != nil {
		return n, err
	}
	first, err := untold(tx, "analyses", service, lab.EnterAnalysis)
	if err == nil && first != "" {
		err = fmt.Errorf("the trail tells of nobody who entered analysis %s of service %d", first, service)
	}
	return n, err
}

// compareAnalyses compares the analyses with these ids with what the trail tells.
func compareAnalyses(tx *gorm.DB, service lab.ServiceID, ids []string) error {
	analyses, err := analysesTable.list(tx, "WHERE service_id = ? AND id IN ?", service, ids)
	if err != nil {
		return err
	}
	findings, err := findingsOf(tx, service, analyses)
	if err != nil {
		return err
	}
	told, err := toldOfAnalyses(tx, service, ids)
	if err != nil {
		return err
	}
	for _, a := range analyses {
		id := a.ID.String()
		now := map[string]lab.Value{}
		for _, c := range lab.EvidenceDifferences(lab.Evidence{}, lab.Evidence{Analysis: a, Findings: findings[a.ID]}) {
			now[c.Field] = c.New
		}
		if field := differs(told[id], now); field != "" {
			return fmt.Errorf("analysis %s of service %d is not what the trail tells: its %s is %s, and was %s", id, service, field, said(now[field]), said(told[id][field]))
		}
		delete(told, id)
	}
	for id := range told {
		return fmt.Errorf("analysis %s of service %d, of which the trail tells, is gone", id, service)
	}
	return nil
}

// said is a value as it is told in a message; one that is not there is nothing.
func said(v lab.Value) string {
	if v == "" {
		return "nothing"
	}
	return string(v)
}

// differs is the first field in which a record is not what is told of it; empty where
// there is none.
func differs(told, now map[string]lab.Value) (first string) {
	for _, fields := range []map[string]lab.Value{told, now} {
		for field := range fields {
			if told[field] != now[field] && (first == "" || field < first) {
				first = field
			}
		}
	}
	return first
}

// toldOfAnalyses is what the trail tells, all in all, of what stands in analyses that were
// entered, but for what stands in none that is new.
func toldOfAnalyses(tx *gorm.DB, service lab.ServiceID, ids []string) (map[string]map[string]lab.Value, error) {
	events, err := eventsAbout(tx, service, ids...)
	if err != nil {
		return nil, err
	}
	told, empty := map[string]map[string]lab.Value{}, map[string]map[string]lab.Value{}
	for i := range events {
		e := &events[i]
		if !slices.Contains([]lab.Action{lab.EnterAnalysis, lab.ChangeAnalysis, lab.VerifyAnalysis, lab.RetractAnalysis, lab.ReportAnalysis, lab.SetAsideFindings}, e.Action) {
			continue // about it, and not of it: a question
		}
		changes, err := e.changes()
		if err != nil {
			return nil, err
		}
		if told[e.Subject] == nil {
			told[e.Subject], empty[e.Subject] = map[string]lab.Value{}, map[string]lab.Value{}
		}
		fields, none := told[e.Subject], empty[e.Subject]
		for _, c := range changes {
			if _, known := none[c.Field]; !known {
				none[c.Field] = c.Old
			}
			if fields[c.Field] = c.New; c.New == none[c.Field] {
				delete(fields, c.Field)
			}
		}
	}
	return told, nil
}
