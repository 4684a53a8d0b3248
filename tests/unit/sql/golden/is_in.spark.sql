-- 1001 rows into step_list_1

/* step_1_columns */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`, CAST(`code` AS STRING) AS `code`, CAST(`score` AS BIGINT) AS `score`
FROM (SELECT `rows`.`patient_id`, `rows`.`code`, `rows`.`score` 
FROM `patients` AS `rows` 
WHERE `rows`.`patient_id` IS NOT NULL);

-- $1 = '22298006'
-- $2 = '73211009'
/* step_2_population */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`
FROM (SELECT `patient_id` 
FROM (SELECT `everyone`.`patient_id` AS `patient_id`, `step_1_columns`.`code` AS `x1` 
FROM (SELECT `mentioned`.`patient_id` AS `patient_id` 
FROM (SELECT `step_1_columns`.`patient_id` AS `patient_id` 
FROM `step_1_columns` 
WHERE `step_1_columns`.`patient_id` IS NOT NULL) AS `mentioned`) AS `everyone` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `everyone`.`patient_id`) AS `layer_0` 
WHERE (`x1` IN (CAST($1 AS STRING), CAST($2 AS STRING))));

/* step_3_members */ SELECT CAST(`_owner` AS BIGINT) AS `_owner`, CAST(`_member` AS BIGINT) AS `_member`
FROM (SELECT DISTINCT `patient_id` AS `_owner`, `number` AS `_member` 
FROM (SELECT `rows`.`patient_id` AS `patient_id`, `rows`.`number` AS `number` 
FROM `events` AS `rows` JOIN `step_2_population` AS `population` ON `population`.`patient_id` = `rows`.`patient_id`) AS `layer_0` 
WHERE `number` IS NOT NULL);

/* step_4_rows */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`
FROM (SELECT `patient_id` 
FROM (SELECT `rows`.`patient_id` AS `patient_id`, `rows`.`code` AS `code` 
FROM `events` AS `rows` JOIN `step_2_population` AS `population` ON `population`.`patient_id` = `rows`.`patient_id`) AS `layer_0` 
WHERE (CASE WHEN `code` IS NOT NULL THEN `code` IN (SELECT `step_list_1`.`value` 
FROM `step_list_1`) END) GROUP BY `patient_id`);

-- $1 = False
SELECT `patient_id`, CAST(`x2` AS BOOLEAN) AS `long`, CAST(`x3` AS BOOLEAN) AS `among` 
FROM (SELECT `patient_id`, `x2`, CASE WHEN (`holders_3`.`_holder` IS NULL) THEN CAST($1 AS BOOLEAN) WHEN (`x1` IS NULL) THEN CAST(NULL AS BOOLEAN) ELSE `among_3`.`_member` IS NOT NULL END AS `x3` 
FROM (SELECT `population`.`patient_id` AS `patient_id`, `step_1_columns`.`score` AS `x1`, `step_4_rows`.`patient_id` IS NOT NULL AS `x2` 
FROM `step_2_population` AS `population` LEFT OUTER JOIN `step_4_rows` AS `step_4_rows` ON `step_4_rows`.`patient_id` = `population`.`patient_id` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `population`.`patient_id`) AS `layer_0` LEFT OUTER JOIN `step_3_members` AS `among_3` ON `among_3`.`_owner` = `patient_id` AND `among_3`.`_member` = `x1` LEFT OUTER JOIN (SELECT DISTINCT `step_3_members`.`_owner` AS `_holder` 
FROM `step_3_members`) AS `holders_3` ON `holders_3`.`_holder` = `patient_id`) AS `layer_1` ORDER BY `patient_id` ASC NULLS FIRST;
