import { Mark } from "@/app/_components/icon";

/** What to do on a computer that isn't managed yet. */
export function SetUpSteps({ computer }: { computer: string }) {
  return (
    <section className="fx">
      <Mark name="loose" className="mk loose" />
      <div>
        <h2>Set up this {computer}</h2>
        <p className="l loose">Keeps you out until it’s done</p>
        <ol className="do">
          {computer === "PC" ? (
            <li>
              Open <b>Settings</b>, then <b>Accounts</b>, then <b>Access work or school</b>, and choose <b>Connect</b>.
            </li>
          ) : (
            <>
              <li>Open the work profile that IT gave you. No profile? Ask IT for it.</li>
              <li>
                Open <b>System Settings</b>, search for <b>Device Management</b>, choose the profile and then <b>Install</b>.
              </li>
            </>
          )}
          <li>
            Come back here and choose <b>Check again</b>.
          </li>
        </ol>
      </div>
    </section>
  );
}

/** What to do on a computer that Microsoft doesn't know. */
export function RegisterSteps({ computer }: { computer: string }) {
  return (
    <section className="fx">
      <Mark name="unsure" className="mk unsure" />
      <div>
        <h2>Register with your work account</h2>
        <ol className="do">
          {computer === "PC" ? (
            <li>
              Open <b>Settings</b>, then <b>Accounts</b>, then <b>Access work or school</b>, and sign in with your work account.
            </li>
          ) : (
            <>
              <li>
                Click the message <b>Registration Required</b> at the top right of the screen. Gone? Open <b>Company Portal</b>.
              </li>
              <li>Sign in with your work account and follow it to the end.</li>
            </>
          )}
          <li>
            Come back here and choose <b>Check again</b>.
          </li>
        </ol>
      </div>
    </section>
  );
}
