package server

import (
	"net/http"

	"marquis/internal/lab"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes are all ways in. docs/permissions.md is made from this list, and a test
// walks it as everybody who may and may not.
func routes() []route { //nolint:funlen // one list of all ways in
	administrators := strictly(holders(lab.Administrator))
	verifiers := strictly(holders(lab.Verifier))
	analysts := holders(lab.Intake, lab.Laboratory, lab.Verifier)
	return []route{
		// the program
		{get, "/livez", everybody, livez},
		{get, "/readyz", everybody, readyz},
		{get, "/readyz/write", everybody, readyzWrite},
		{get, "/assets/:name", everybody, showAsset},
		{get, securityPath, everybody, securityText},

		// the public
		{get, "/", everybody, home},
		{get, "/lookup", everybody, toHome},
		{post, "/lookup", everybody, lookUp},
		{get, resultPath, bearers, showResult},
		{get, "/privacy", everybody, privacy},

		{get, "/figures", everybody, figuresStart},
		{get, "/figures/search", everybody, figuresSearch},
		{get, "/figures/products/:product", everybody, figuresOf},
		{get, "/figures/products/:product/tables/:file", everybody, figuresFile},
		{get, "/figures/:year", everybody, figuresOf},
		{get, "/figures/:year/tables/:file", everybody, figuresFile},
		{get, "/figures/:year/:product", everybody, figuresOf},
		{get, "/figures/:year/:product/tables/:file", everybody, figuresFile},

		// signing in, and one's own account
		{get, signInPath, everybody, signInForm},
		{post, signInPath, everybody, signIn},
		{post, "/sign-out", halfway, signOut},
		{get, "/invitation", everybody, invitationForm},
		{post, "/invitation", everybody, acceptInvitation},
		{get, "/second-factor", halfway, secondFactorForm},
		{post, "/second-factor", halfway, secondFactor},
		{get, "/account", staff, accountForm},
		{post, "/account", staff, changePassword},
		{get, "/account/authenticator", newcomers, authenticatorForm},
		{post, "/account/authenticator", newcomers, setAuthenticator},
		{get, "/account/sessions", staff, sessionsForm},
		{post, "/account/sessions", staff, endOtherSession},
		{get, "/staff", staff, staffStart},

		// the counter
		{get, "/counter", holders(lab.Intake), counter},
		{get, "/counter/:service", holders(lab.Intake), counterDay},
		{post, "/counter/:service/new", holders(lab.Intake), newDraft},
		{post, "/counter/:service/turned-away", holders(lab.Intake), turnAway},
		{get, "/counter/:service/drafts/:draft", holders(lab.Intake), draftForm},
		{post, "/counter/:service/drafts/:draft", holders(lab.Intake), registerDraft},
		{post, "/counter/:service/drafts/:draft/save", holders(lab.Intake), saveDraft},
		{post, "/counter/:service/drafts/:draft/drop", holders(lab.Intake), dropDraft},
		{get, "/samples/:number/code", holders(lab.Intake), replaceCodeForm},
		{post, "/samples/:number/code", holders(lab.Intake), replaceLostCode},
		{get, "/samples/:number/description", holders(describeRoles...), describeForm},
		{post, "/samples/:number/description", holders(describeRoles...), describe},
		{post, "/samples/:number/next", holders(lab.Intake), nextSample},
		{get, "/suggest/products", holders(nameRoles...), suggestProducts},
		{get, "/suggest/substances", holders(nameRoles...), suggestSubstances},

		// the laboratory, verification and release
		{get, "/work", holders(lab.RecordRoles...), worklist},
		{post, "/work/:service/not-analysed", holders(lab.Intake, lab.Laboratory, lab.Verifier), notAnalysed},
		{get, "/work/:service/publish", verifiers, releaseAllForm},
		{post, "/work/:service/publish", verifiers, releaseAll},
		{get, "/samples/:number", holders(lab.RecordRoles...), showRecord},
		{post, "/samples/:number/move", holders(lab.Intake, lab.Laboratory, lab.Verifier), moveSample},
		{post, "/samples/:number/exclusion", holders(lab.Verifier, lab.Coordinator), excludeSample},
		{get, "/samples/:number/analyses/new", analysts, analysisForm},
		{post, "/samples/:number/analyses/new", analysts, saveAnalysis},
		{get, "/samples/:number/analyses/:analysis", analysts, analysisForm},
		{post, "/samples/:number/analyses/:analysis", analysts, saveAnalysis},
		{get, "/samples/:number/analyses/:analysis/retraction", holders(lab.Laboratory, lab.Verifier), retractionForm},
		{post, "/samples/:number/analyses/:analysis/retraction", holders(lab.Laboratory, lab.Verifier), retractAnalysis},
		{get, "/samples/:number/analyses/:analysis/verify", verifiers, verifyForm},
		{post, "/samples/:number/analyses/:analysis/verify", verifiers, verifyAnalysis},
		{post, "/samples/:number/analyses/:analysis/question", verifiers, askAnalysis},
		{post, "/samples/:number/questions/:question", holders(lab.Laboratory, lab.Intake), answerQuestion},
		{get, "/samples/:number/release", verifiers, releaseForm},
		{post, "/samples/:number/release", verifiers, release},
		{post, "/samples/:number/withdrawal", verifiers, withdraw},
		{get, "/samples/:number/read-out", holders(lab.Intake, lab.Verifier), readOut},
		{post, "/samples/:number/read-out", holders(lab.Intake, lab.Verifier), tellResult},
		{get, "/methods", holders(lab.Laboratory, lab.Verifier, lab.Administrator), methods},
		{get, "/methods/new", administrators, newMethodForm},
		{post, "/methods/new", administrators, addMethod},

		// figures for staff
		{get, "/statistics", holders(figureRoles...), statisticsOf},
		{get, "/statistics/tables/:file", strictly(holders(figureRoles...)), statisticsFile},
		{get, "/reports", strictly(holders(figureRoles...)), reportsForm},
		{post, "/reports", strictly(holders(figureRoles...)), makeReport},
		{get, "/reports/:job", strictly(holders(figureRoles...)), showReport},
		{get, "/reports/:job/progress", strictly(holders(figureRoles...)), reportProgress},
		{get, "/reports/:job/file", strictly(holders(figureRoles...)), reportFile},

		// people
		{get, "/people", administrators, people},
		{post, "/people", administrators, addPerson},
		{get, "/people/new", administrators, newPersonForm},
		{get, "/people/:user", administrators, personForm},
		{post, "/people/:user", administrators, setRoles},
		{post, "/people/:user/disabled", administrators, disablePerson},
		{post, "/people/:user/invitation", administrators, invitePerson},
		{post, "/people/:user/sessions", administrators, endSessionsOfPerson},

		// the clock, for administrators of all services
		{get, "/clock", administrators, clockForm},
		{post, "/clock", administrators, confirmClock},

		// services
		{get, "/services", administrators, services},
		{post, "/services", administrators, addService},
		{get, "/services/new", administrators, newServiceForm},
		{get, "/services/:service", administrators, serviceForm},
		{post, "/services/:service/locations", administrators, addLocation},
		{post, "/services/:service/second-factor", administrators, requireSecondFactor},
	}
}
