package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// CheckCounters refuses a counter of sample numbers that is below a number which was
// given: the next samples would get numbers that are on labels and slips. It takes the
// operator, or an administrator of all services.
func (s *Store) CheckCounters(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	tx := s.read.WithContext(ctx)
	var behind []struct {
		Code                string
		Year, Series, Given int
		Last                *int
	}
	err := tx.Raw("SELECT v.code, x.number_year AS year, x.number_series AS series, max(x.number_running) AS given, c.last FROM samples x " +
		"JOIN services v ON v.id = x.service_id LEFT JOIN sample_counters c ON c.service_id = x.service_id AND c.year = x.number_year AND c.series = x.number_series " +
		"GROUP BY v.code, x.number_year, x.number_series, c.last HAVING c.last IS NULL OR c.last < max(x.number_running) ORDER BY 1, 2, 3").Scan(&behind).Error
	if err != nil {
		return translate(err)
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
		return translate(err)
	}
	var newest int
	if err := tx.Raw("SELECT coalesce(max(series), 0) FROM (SELECT series FROM sample_counters WHERE service_id > 0) given").Scan(&newest).Error; err != nil {
		return translate(err)
	}
	if newest > int(life.Life) {
		return fmt.Errorf("numbers were given in series %q, and the registry goes on in %q; type: marquis restored", lab.SeriesLetter(newest), lab.SeriesLetter(int(life.Life)))
	}
	return nil
}

// CheckRoles compares the roles of people, and who is disabled, with what the trail tells
// that they were given. It takes the operator, or an administrator of all services.
func (s *Store) CheckRoles(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.db.Snapshot(ctx, func(at sqlstore.Snapshot) error {
		told, err := toldOfPeople(at.Tx)
		if err != nil {
			return err
		}
		var accounts []userRow
		if err := at.Tx.Raw("SELECT id, login, disabled FROM users ORDER BY id").Scan(&accounts).Error; err != nil {
			return err
		}
		for _, a := range accounts {
			var held []lab.Membership
			if err := at.Tx.Raw("SELECT user_id, service_id, role FROM memberships WHERE user_id = ?", a.ID).Scan(&held).Error; err != nil {
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
	})
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
// and returns how many. Of those that an import brought, or that were entered when events
// told less, the trail does not tell all, so that they are not compared. It takes the
// operator, or an administrator of all services.
func (s *Store) CheckAnalyses(ctx context.Context, by lab.Actor) (n int, err error) {
	if err := upkeep(by); err != nil {
		return 0, err
	}
	err = s.db.Snapshot(ctx, func(at sqlstore.Snapshot) error {
		var services []lab.ServiceID
		if err := at.Tx.Raw("SELECT id FROM services ORDER BY id").Scan(&services).Error; err != nil {
			return err
		}
		for _, service := range services {
			compared, err := checkAnalysesOf(at.Tx, service)
			if n += compared; err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// checkedAtOnce is how many analyses are compared at a time.
const checkedAtOnce = 400

func checkAnalysesOf(tx *gorm.DB, service lab.ServiceID) (n int, err error) {
	for seq := int64(0); ; {
		var entered []struct {
			Seq     int64
			Subject string
		}
		err := tx.Raw("SELECT seq, subject FROM audit_events WHERE service_id = ? AND seq > ? AND action = ? AND format <> ? ORDER BY seq LIMIT ?",
			service, seq, lab.EnterAnalysis, firstFormat, checkedAtOnce).Scan(&entered).Error
		if err != nil || len(entered) == 0 {
			return n, err
		}
		subjects := make([]string, len(entered))
		for i, e := range entered {
			subjects[i], seq = e.Subject, e.Seq
		}
		if err := compareAnalyses(tx, service, subjects); err != nil {
			return n, err
		}
		n += len(entered)
	}
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
		if !slices.Contains([]lab.Action{lab.EnterAnalysis, lab.ChangeAnalysis, lab.VerifyAnalysis, lab.RetractAnalysis}, e.Action) {
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
